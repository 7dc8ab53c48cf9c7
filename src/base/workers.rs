//! Work on several threads where the work itself goes parallel inside.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Stack of one worker: Typst calls itself deeply while it lays out.
const STACK_BYTES: usize = 32 << 20;

/// Applies `work` to every item on as many threads as rayon has, results in the order of the items.
///
/// Typst goes parallel inside one document. Started from a rayon worker, that worker would take up
/// the next letter in the middle of the present one, and the next in the middle of that, until its
/// stack is full; and handing a single document's work to other threads costs more than it gives.
/// So each thread here is a pool of its own.
pub fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let share = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };

    let pool = |_| ThreadPoolBuilder::new().num_threads(1).stack_size(STACK_BYTES).build().ok();
    let pools: Vec<ThreadPool> = (0..rayon::current_num_threads()).filter_map(pool).collect();
    let mut results: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> =
            pools.iter().map(|pool| scope.spawn(|| pool.install(share))).collect();
        // Where no thread can be started, this one does all the work.
        let own = if workers.is_empty() { share() } else { Vec::new() };
        let join = |worker: thread::ScopedJoinHandle<'_, Vec<(usize, R)>>| match worker.join() {
            Ok(done) => done,
            Err(panic) => std::panic::resume_unwind(panic),
        };
        own.into_iter().chain(workers.into_iter().flat_map(join)).collect()
    });

    results.sort_unstable_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn results_keep_the_order_of_the_items() {
        let items: Vec<u32> = (0..1000).collect();
        assert_eq!(
            super::map(&items, |item| item * 2),
            items.iter().map(|item| item * 2).collect::<Vec<_>>()
        );
        assert!(super::map(&[] as &[u32], |item| *item).is_empty());
    }
}
