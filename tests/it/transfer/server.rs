//! A real `sshd` on loopback, started by the tests as whoever they are, with keys and a folder of its
//! own.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::root;
use crate::tools::run;

/// How the server of a vendor is set up.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Setup {
    /// As in most houses.
    Internal,
    /// Locked into its folder; only root can start such a server.
    Chroot,
    /// With something in between that disturbs the talk.
    Disturbed,
}

/// The SFTP server of a vendor.
pub struct Server {
    folder: TempDir,
    sshd: Child,
    port: u16,
    setup: Setup,
}

impl Server {
    pub fn start(setup: Setup) -> Self {
        // An account is locked into folders alone that nobody else can change, and anybody can
        // change the system's folder for temporary files.
        let folder = match setup {
            Setup::Chroot => TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
            _ => TempDir::new().unwrap(),
        };
        let path = |name: &str| folder.path().join(name);
        for key in ["host", "client", "stranger"] {
            let mut keygen = Command::new("ssh-keygen");
            keygen.args(["-q", "-t", "ed25519", "-N", "", "-C", key, "-f"]).arg(path(key));
            run(&mut keygen);
        }
        fs::create_dir_all(path("vendor/in")).unwrap();
        fs::create_dir_all(path("vendor/out")).unwrap();
        // A locked-in account may change nothing but what is below.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();

        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let more = match setup {
            Setup::Internal => "Subsystem sftp internal-sftp\n".to_owned(),
            Setup::Chroot => format!(
                "Subsystem sftp internal-sftp\nForceCommand internal-sftp\nChrootDirectory {}\n",
                path("vendor").display()
            ),
            Setup::Disturbed => {
                let proxy = root().join("tests/sftp_proxy.py");
                let (proxy, plans) = (proxy.display(), folder.path().display());
                format!("Subsystem sftp /usr/bin/python3 {proxy} {plans}\n")
            }
        };
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {host}\nAuthorizedKeysFile {client}.pub\n\
             PidFile none\nUsePAM no\nStrictModes no\nPermitRootLogin prohibit-password\n\
             PasswordAuthentication no\nKbdInteractiveAuthentication no\n{more}",
            host = path("host").display(),
            client = path("client").display(),
        );
        fs::write(path("sshd_config"), config).unwrap();

        if is_root() {
            // Where a server that root starts shuts itself in.
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let log = File::create(path("sshd.log")).unwrap();
        let mut sshd = Command::new("/usr/sbin/sshd");
        sshd.args(["-D", "-e", "-f"]).arg(path("sshd_config"));
        let sshd = sshd.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().unwrap();

        let server = Self { folder, sshd, port, setup };
        server.wait();
        server
    }

    fn wait(&self) {
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < end, "sshd does not listen: {}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("sshd.log")).unwrap()
    }

    /// The vendor's folder.
    pub fn inbox(&self) -> PathBuf {
        self.path("vendor/in")
    }

    /// The folder in which the vendor puts what we fetch.
    pub fn outbox(&self) -> PathBuf {
        self.path("vendor/out")
    }

    /// Names in the vendor's folder, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.inbox()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Disturbs the next connection.
    pub fn plan(&self, plan: &Value) {
        fs::write(self.path("plan.json"), plan.to_string()).unwrap();
    }

    /// The next connection is cut at this request: before the server hears it, or before the client
    /// hears the answer.
    pub fn cut(&self, request: usize, when: &str) {
        self.plan(&json!({ "cut": request, "when": when }));
    }

    /// What clients have asked since the last time, one request a line.
    pub fn talk(&self) -> Vec<String> {
        let path = self.path("talk.log");
        let talk = fs::read_to_string(&path).unwrap_or_default();
        fs::write(&path, "").unwrap();
        talk.lines().map(str::to_owned).collect()
    }

    /// The folder of [`Server::outbox`] as an account sees it.
    pub fn outbox_there(&self) -> PathBuf {
        match self.setup {
            Setup::Chroot => PathBuf::from("/out"),
            _ => self.outbox(),
        }
    }

    /// The table of the configuration, with the host key pinned.
    pub fn table(&self) -> String {
        self.table_with("host.pub")
    }

    /// The same, with a different file's key pinned.
    pub fn table_with(&self, pinned: &str) -> String {
        let key = fs::read_to_string(self.path(pinned)).unwrap();
        let hosts = self.path("known_hosts");
        fs::write(&hosts, format!("[127.0.0.1]:{} {key}", self.port)).unwrap();
        let folder = match self.setup {
            Setup::Chroot => PathBuf::from("/in"),
            _ => self.inbox(),
        };
        format!(
            "\n[transfer]\nhost = \"127.0.0.1\"\nport = {}\nuser = \"{}\"\nkey_file = \"{}\"\n\
             known_hosts = \"{}\"\nfolder = \"{}\"\nattempts = 1\ntimeout_seconds = 20\n",
            self.port,
            run(Command::new("id").arg("-un")).trim(),
            self.path("client").display(),
            hosts.display(),
            folder.display(),
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.sshd.kill();
        let _ = self.sshd.wait();
    }
}

/// Whether the tests run as root.
pub fn is_root() -> bool {
    let own = TempDir::new().unwrap();
    owner(own.path()) == 0
}

fn owner(path: &Path) -> u32 {
    fs::metadata(path).unwrap().uid()
}
