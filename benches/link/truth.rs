//! Groups compared with the truth.

use std::collections::BTreeMap;

/// Pairs of rows that are one person: found and true, found, true.
pub struct Pairwise {
    pub both: u64,
    pub found: u64,
    pub real: u64,
}

impl Pairwise {
    /// Counts from labels: row by row the group that was found and the person it truly is.
    pub fn of(labels: impl Iterator<Item = (u64, u64)>) -> Self {
        let (mut both, mut found, mut real) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (group, person) in labels {
            *both.entry((group, person)).or_insert(0_u64) += 1;
            *found.entry(group).or_insert(0_u64) += 1;
            *real.entry(person).or_insert(0_u64) += 1;
        }

        let pairs = |count: &u64| count * (count - 1) / 2;
        Self {
            both: both.values().map(pairs).sum(),
            found: found.values().map(pairs).sum(),
            real: real.values().map(pairs).sum(),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of pairs stay far below 2^52")]
    pub fn figures(&self) -> String {
        let precision = self.both as f64 / self.found.max(1) as f64;
        let recall = self.both as f64 / self.real.max(1) as f64;
        let f1 = 2.0 * precision * recall / (precision + recall);
        let wrong = self.found - self.both;
        format!("precision {precision:.6} ({wrong} wrong pairs)  recall {recall:.5}  F1 {f1:.5}")
    }
}

/// The largest amount of memory this process has held, in MiB; 0 where the system does not say.
pub fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("");
    line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap_or(0) / 1024
}

/// Seconds that all threads of this process have worked; 0 where the system does not say.
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or("");
    // Fields 14 and 15 of proc(5), in hundredths of a second; two fields and the name are gone.
    let ticks: f64 =
        after_name.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}
