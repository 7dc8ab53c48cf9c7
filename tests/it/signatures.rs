//! Who made a package: signed by the ledger's key, checked by the stock `ssh-keygen` and by
//! `verify`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::program::{Night, root};
use crate::tools::run;

/// The only job of a night that has run, in its outbox.
fn package(night: &Night) -> PathBuf {
    let mut jobs =
        fs::read_dir(night.data().join("outbox")).unwrap().map(|entry| entry.unwrap().path());
    let job = jobs.next().unwrap();
    assert!(jobs.next().is_none());
    job
}

/// The list of checksums, or what belongs to it.
fn sums(package: &Path, end: &str) -> PathBuf {
    package.join(format!("{}.SHA256SUMS{end}", package.file_name().unwrap().to_str().unwrap()))
}

/// What `ssh-keygen -Y verify` says of the list of checksums, as docs/vendor.md has it.
fn is_ours(public: &str, list: &Path, signature: &Path, namespace: &str) -> bool {
    let folder = tempfile::tempdir().unwrap();
    let allowed = folder.path().join("allowed_signers");
    fs::write(&allowed, format!("sender namespaces=\"breachpost-package\" {public}\n")).unwrap();
    let mut check = Command::new("ssh-keygen");
    check
        .args(["-Y", "verify", "-I", "sender", "-n", namespace, "-f"])
        .arg(&allowed)
        .arg("-s")
        .arg(signature);
    let list = fs::File::open(list).unwrap();
    check.stdin(list).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn ssh_keygen_knows_a_package_of_the_ledger_and_no_other() {
    let night = Night::bare();
    fs::remove_dir_all(night.data()).unwrap();
    let said = night.ask(&["ledger", "init"]).stdout;
    let line = said.lines().find_map(|line| line.strip_prefix("signer  ")).unwrap();
    let public = line.split("  (").next().unwrap();
    assert!(
        public.starts_with("ssh-ed25519 ") && public.ends_with(" breachpost-package"),
        "{said}"
    );
    let file = night.data().join("keys/package-signing.pub");
    assert_eq!(fs::read_to_string(&file).unwrap(), format!("{public}\n"));
    let fingerprint = run(Command::new("ssh-keygen").arg("-lf").arg(&file));
    assert!(night.ask(&["ledger", "check"]).stdout.contains(&format!("signer    {public}\n")));

    people(&night);
    night.run();
    let package = package(&night);
    let (list, signature) = (sums(&package, ""), sums(&package, ".sig"));
    assert!(is_ours(public, &list, &signature, "breachpost-package"));
    assert!(!is_ours(public, &list, &signature, "file"), "it signs packages and nothing else");

    let verify =
        |more: &[&str]| night.ask(&[&["verify", package.to_str().unwrap()], more].concat());
    let sound = verify(&["--signer", file.to_str().unwrap()]);
    assert_eq!(sound.code, 0, "{}{}", sound.stdout, sound.stderr);
    let by = fingerprint.split_whitespace().nth(1).unwrap();
    assert!(sound.stdout.contains(&format!("signed    by {by}\n")), "{}", sound.stdout);

    // Somebody who can write to the outbox, and seals to the vendor's public key, changes a part
    // and the list with it.
    let part = fs::read_dir(&package).unwrap().map(|entry| entry.unwrap().path());
    let part =
        part.into_iter().find(|path| path.extension().is_some_and(|end| end == "age")).unwrap();
    let was = fs::read_to_string(&list).unwrap();
    fs::write(&part, "forged").unwrap();
    let forged =
        run(Command::new("sha256sum").arg(part.file_name().unwrap()).current_dir(&package));
    fs::write(&list, &forged).unwrap();
    assert_ne!(was, forged);
    assert!(!is_ours(public, &list, &signature, "breachpost-package"));
    let found = verify(&["--json"]);
    assert_eq!(found.code, 3);
    assert!(found.stdout.contains("\"signature\""), "{}", found.stdout);

    // And signs it with a key of their own, or not at all.
    let other = night.path().join("other");
    run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&other));
    let mut sign = Command::new("ssh-keygen");
    sign.args(["-Y", "sign", "-n", "breachpost-package", "-f"]).arg(&other);
    let signed = run(sign.stdin(fs::File::open(&list).unwrap()).stderr(Stdio::null()));
    fs::write(&signature, signed).unwrap();
    assert!(!is_ours(public, &list, &signature, "breachpost-package"));
    assert!(verify(&["--signer", file.to_str().unwrap()]).stdout.contains("is by another key"));
    fs::remove_file(&signature).unwrap();
    assert!(verify(&["--signer", file.to_str().unwrap()]).stdout.contains("is not signed"));
}

/// Puts a few invented people into an inbox.
fn people(night: &Night) {
    let sample = ["sample", "--seed", "3", "--people", "8", "--out"];
    run(Command::new(env!("CARGO_BIN_EXE_breachpost")).args(sample).arg(night.inbox()));
    fs::remove_file(night.inbox().join("truth.csv")).unwrap();
}

#[test]
fn a_ledger_that_has_not_shown_its_key_yet_shows_it_with_the_next_package() {
    let night = Night::new(8);
    let file = night.data().join("keys/package-signing.pub");
    let public = fs::read_to_string(&file).unwrap();
    // As a program before there were signatures left it.
    fs::remove_file(&file).unwrap();
    night.run();
    assert_eq!(fs::read_to_string(&file).unwrap(), public, "the key follows from the campaign's");
    let package = package(&night);
    assert!(is_ours(
        public.trim(),
        &sums(&package, ""),
        &sums(&package, ".sig"),
        "breachpost-package"
    ));

    // A package from before is signed when it is published again, and is the same else.
    let signature = fs::read(sums(&package, ".sig")).unwrap();
    fs::remove_file(sums(&package, ".sig")).unwrap();
    let job = package.file_name().unwrap().to_str().unwrap();
    let unsigned = night.ask(&["verify", package.to_str().unwrap()]);
    assert_eq!(unsigned.code, 0, "{}", unsigned.stdout);
    assert!(unsigned.stdout.contains("signed    no"), "{}", unsigned.stdout);
    assert_eq!(night.ask(&["run", "--republish", job]).code, 0);
    assert_eq!(fs::read(sums(&package, ".sig")).unwrap(), signature);
    assert!(package.join(format!("{job}.done")).exists());
}

#[test]
fn the_vendors_page_has_the_commands_that_the_test_has() {
    let page = fs::read_to_string(root().join("docs/vendor.md")).unwrap();
    for words in [
        "ssh-keygen -Y verify -f allowed_signers -I sender -n breachpost-package",
        "sender namespaces=\"breachpost-package\" ssh-ed25519 ",
        "keys/package-signing.pub",
    ] {
        assert!(page.contains(words), "{words}");
    }
}
