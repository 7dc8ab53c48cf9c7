//! Parts that are sealed to OpenPGP keys: opened with stock `gpg`, and keys that nothing can be sealed
//! to.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::program::{Answer, Night};
use crate::tools::run;

/// The key ring of a vendor or a practice.
pub struct Ring {
    folder: TempDir,
}

impl Ring {
    pub fn new() -> Self {
        let ring = Self { folder: TempDir::new().unwrap() };
        fs::DirBuilder::new().mode(0o700).create(ring.path("home")).unwrap();
        ring
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn gpg(&self) -> Command {
        let mut gpg = Command::new("gpg");
        gpg.env("GNUPGHOME", self.path("home"));
        gpg.args(["--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""]);
        gpg
    }

    /// Makes a key and gives the file with its public half.
    fn key(&self, name: &str, words: &[&str]) -> PathBuf {
        let address = format!("{name}@example.org");
        run(self.gpg().args(["--quick-gen-key", &address]).args(words));
        self.export(name, "--export")
    }

    fn export(&self, name: &str, how: &str) -> PathBuf {
        let file = self.path(&format!("{name}{how}.asc"));
        let mut gpg = self.gpg();
        gpg.args(["--armor", how, &format!("{name}@example.org")]);
        fs::write(&file, run(&mut gpg)).unwrap();
        file
    }

    /// An RSA key with a second half to encrypt to, as most vendors have it.
    pub fn rsa(&self, name: &str) -> PathBuf {
        self.key(name, &["rsa2048", "sign", "never"]);
        let list = run(self.gpg().args(["--with-colons", "--list-keys", name]));
        let print = list.lines().find_map(|line| line.strip_prefix("fpr:::::::::")).unwrap();
        let print = print.trim_end_matches(':').to_owned();
        run(self.gpg().args(["--quick-add-key", &print, "rsa2048", "encrypt", "never"]));
        self.export(name, "--export")
    }
}

impl Drop for Ring {
    fn drop(&mut self) {
        let mut agent = Command::new("gpgconf");
        let _ = agent.arg("--homedir").arg(self.path("home")).args(["--kill", "all"]).status();
    }
}

/// The sample's configuration with these keys, beside the inbox.
fn sealed_to(night: &Night, keys: &[&Path]) -> PathBuf {
    let sample = "\"age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3\"";
    let keys: Vec<String> = keys.iter().map(|key| format!("\"{}\"", key.display())).collect();
    let config = night.configured(sample, &keys.join(", "));
    let text = fs::read_to_string(&config).unwrap();
    assert!(keys.iter().all(|key| text.contains(key)), "the sample has a different key");
    config
}

fn refused(answer: &Answer, said: &str) {
    assert_eq!(answer.code, 2, "{}{}", answer.stdout, answer.stderr);
    assert!(answer.stderr.contains(said), "{}", answer.stderr);
}

#[test]
fn stock_gpg_opens_what_is_sealed_to_it() {
    let (night, ring) = (Night::new(20), Ring::new());
    let curve = ring.key("curve", &["future-default", "default", "never"]);
    let keys = [ring.rsa("vendor"), curve];
    let config = sealed_to(&night, &[&keys[0], &keys[1]]);
    let answer = night.ask_with(&config, &["run"]);
    assert!(answer.code <= 1, "{}", answer.stderr);

    let outbox = night.data().join("outbox/rehearsal-2500001");
    let part = outbox.join("rehearsal-2500001-p001.zip.gpg");
    run(Command::new("sha256sum")
        .arg("-c")
        .arg("rehearsal-2500001.SHA256SUMS")
        .current_dir(&outbox));
    // Encrypted to both, integrity protected, and nothing compressed: what gpg 2.2 and sq read.
    let packets = run(ring.gpg().arg("--list-packets").arg(&part));
    let count = |what: &str| packets.matches(what).count();
    assert_eq!(
        (count(":pubkey enc packet"), count("mdc_method: 2"), count(":compressed packet")),
        (2, 1, 0),
        "{packets}"
    );

    let zip = ring.path("rehearsal-2500001-p001.zip");
    run(ring.gpg().arg("--output").arg(&zip).arg("--decrypt").arg(&part));
    run(Command::new("unzip").arg("-t").arg(&zip));
    let verify = |words: &[&str]| night.ask_with(&config, &[&["verify"], words].concat());
    let [zip, part] = [&zip, &part].map(|path| path.to_str().unwrap());
    for package in [zip, outbox.to_str().unwrap()] {
        let verified = verify(&[package]);
        assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    }
    let verified = verify(&[part, "--identity", keys[0].to_str().unwrap()]);
    assert!(verified.code == 3 && verified.stderr.contains("is sealed with OpenPGP"));

    // The simulated vendor has its key in a file.
    let secret = ring.export("vendor", "--export-secret-keys");
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o600)).unwrap();
    let out = ring.path("receipts");
    fs::create_dir(&out).unwrap();
    let [outbox, secret, out] = [&outbox, &secret, &out].map(|path| path.to_str().unwrap());
    let worked = night.ask(&["vendor-sim", outbox, "--identity", secret, "--out", out]);
    assert_eq!(worked.code, 0, "{}", worked.stderr);
    assert!(fs::read_dir(out).unwrap().count() > 1);
}

#[test]
fn a_key_that_nothing_can_be_sealed_to_stops_a_run_before_it_plans() {
    let (night, ring) = (Night::new(20), Ring::new());
    let good = ring.rsa("vendor");
    let sign = ring.key("sign", &["ed25519", "sign", "never"]);
    let expired = {
        let words = ["--faked-system-time", "20200101T000000", "--quick-gen-key"];
        let key = ["expired@example.org", "future-default", "default", "1y"];
        run(ring.gpg().args(words).args(key));
        ring.export("expired", "--export")
    };
    for key in [&sign, &expired] {
        let config = sealed_to(&night, &[&good, key]);
        refused(&night.ask_with(&config, &["run"]), "cannot seal to entry 2");
        refused(&night.ask_with(&config, &["check"]), "cannot seal to entry 2");
    }

    // `gpg` would take the first of two, and say nothing.
    let two = ring.path("two.asc");
    let both = [&good, &sign].map(|key| fs::read_to_string(key).unwrap());
    fs::write(&two, both.concat()).unwrap();
    let config = sealed_to(&night, &[&two]);
    refused(&night.ask_with(&config, &["run"]), "it holds 2 keys");

    let config = sealed_to(&night, &[&ring.path("none.asc")]);
    refused(&night.ask_with(&config, &["run"]), "cannot read the key");
    let binary = ring.path("binary.gpg");
    fs::write(&binary, [0x99, 0x01, 0x8d, 0xff]).unwrap();
    let config = sealed_to(&night, &[&binary]);
    refused(&night.ask_with(&config, &["run"]), "is not armoured");

    let age = "age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3";
    let config = night.configured(age, &format!("{age}\", \"{}", good.display()));
    refused(&night.ask_with(&config, &["run"]), "age keys and OpenPGP keys");
    assert!(fs::read_dir(night.data().join("staging")).unwrap().next().is_none());
}

#[test]
fn a_secret_key_in_the_place_of_a_public_one_is_named_and_never_shown() {
    let (night, ring) = (Night::bare(), Ring::new());
    ring.rsa("vendor");
    let secret = ring.export("vendor", "--export-secret-keys");
    let text = fs::read_to_string(&secret).unwrap();
    let line = text.lines().nth(4).unwrap();

    let by_file = sealed_to(&night, &[&secret]);
    let answers = [night.ask_with(&by_file, &["run"]), night.ask_with(&by_file, &["status"])];
    let pasted = "\"age1sstkt9p7hw5dy6453n3w2wqgkzrtlqrv8l5x274l8t9a4z2kf4yqdmray3\"";
    let pasted = night.configured(pasted, &format!("\"\"\"\n{text}\"\"\""));
    for answer in answers.into_iter().chain([night.ask_with(&pasted, &["-vv", "run"])]) {
        refused(&answer, "SECRET key");
        assert!(!answer.stderr.contains(line) && !answer.stdout.contains(line));
    }
}
