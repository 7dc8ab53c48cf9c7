//! sample only
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let s = breachpost::sample::write(
        camino::Utf8Path::new(&args[1]),
        args[2].parse().unwrap(),
        1,
        &breachpost::progress::Progress::on_stderr(),
    );
    eprintln!("{s:?}");
}
