//! The desk of the built program: asked over HTTP, by people who are logged in, by people who are
//! not, and by pages of somebody else.

mod browser;
mod calls;
pub mod http;
mod pages;
mod proposals;
mod review;
mod safety;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use http::{Answered, Visit};

use crate::program::{DATE, root};

pub const PASSWORD: &str = "een heel lang wachtwoord";

/// A campaign with its desk open.
pub struct OpenDesk {
    folder: tempfile::TempDir,
    desk: Option<Child>,
    pub port: u16,
}

impl OpenDesk {
    /// The sample campaign with its texts in a folder, and one user for each role that is named.
    pub fn with(roles: &[&str]) -> Self {
        let desk = Self::closed(roles);
        desk.reopened()
    }

    /// The same, with nobody at the door yet.
    pub fn closed(roles: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let desk = Self { folder, desk: None, port: 0 };
        fs::create_dir_all(desk.path("texts")).unwrap();
        fs::create_dir_all(desk.path("inbox")).unwrap();
        for name in ["nl.toml", "en.toml", "limits.toml"] {
            fs::copy(root().join("locales").join(name), desk.path("texts").join(name)).unwrap();
        }
        fs::copy(root().join("sample-data/facts.toml"), desk.path("facts.toml")).unwrap();
        let config = fs::read_to_string(root().join("sample-data/breachpost.toml")).unwrap();
        let config = config.replace("data_dir = \"../data\"", "data_dir = \"data\"");
        fs::write(desk.path("breachpost.toml"), config + "\n[texts]\nfolder = \"texts\"\n")
            .unwrap();

        for role in roles {
            desk.add(&format!("Anna {role}"), role, PASSWORD);
        }
        desk
    }

    /// Says who may use the desk.
    pub fn add(&self, name: &str, role: &str, password: &str) {
        let mut adding = self.command(&["user", "add", name, "--role", role]);
        let mut adding = adding.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        writeln!(adding.stdin.take().unwrap(), "{password}").unwrap();
        assert!(adding.wait().unwrap().success());
    }

    /// Opens the desk, on a port that nobody uses.
    pub fn reopened(mut self) -> Self {
        self.close();
        let log = fs::File::create(self.path("stderr")).unwrap();
        let mut command = self.command(&["desk", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().trim_end_matches('/').rsplit(':').next().unwrap();
        self.port = port.parse().unwrap_or_else(|_| {
            panic!("{line}{}", fs::read_to_string(self.path("stderr")).unwrap())
        });
        self.desk = Some(child);
        self
    }

    /// Closes it, as an operator does.
    pub fn close(&mut self) {
        if let Some(mut desk) = self.desk.take() {
            let told = Command::new("kill").arg(desk.id().to_string()).status().unwrap();
            assert!(told.success() && desk.wait().unwrap().success(), "it ends when it is told");
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// What somebody does in an editor.
    pub fn edit(&self, file: &str, from: &str, to: &str) {
        let text = self.read(file);
        assert!(text.contains(from), "{file} has no `{from}`");
        fs::write(self.path(file), text.replacen(from, to, 1)).unwrap();
    }

    /// The program with the campaign's configuration.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_breachpost"));
        command.arg("--config").arg(self.path("breachpost.toml")).args(["--date", DATE]);
        command.args(words);
        command
    }

    /// Somebody who has not logged in.
    pub fn stranger(&self) -> Visit {
        Visit::to(self.port)
    }

    /// Somebody who has.
    pub fn visit(&self, role: &str) -> Visit {
        let mut visit = self.stranger();
        let form = [("name", format!("anna {role}")), ("password", PASSWORD.to_owned())];
        let answered = visit.post("/login", &form);
        assert_eq!((answered.status, answered.location()), (303, "/texts"), "{}", answered.body);
        visit
    }
}

impl Drop for OpenDesk {
    fn drop(&mut self) {
        if let Some(mut desk) = self.desk.take() {
            let _ = desk.kill();
            let _ = desk.wait();
        }
    }
}

/// The form of a sentence page as a browser would send it.
pub fn form_of(page: &Answered) -> Vec<(String, String)> {
    let form = page.body.split("class=\"editor\"").nth(1).unwrap();
    fields_of(form.split("</form>").next().unwrap())
}

/// The fields of a form as a browser would send them.
pub fn fields_of(form: &str) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for tag in form.split('<').skip(1) {
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(http::unescaped(rest.split('"').next()?))
        };
        let Some(name) = attribute("name") else {
            if let (true, Some(value)) = (tag.contains(" selected"), attribute("value")) {
                let last: &mut (String, String) = fields.last_mut().unwrap();
                last.1 = value;
            }
            continue;
        };
        let value = match tag.split([' ', '>']).next().unwrap() {
            "input" => attribute("value").unwrap_or_default(),
            // A browser leaves out the line end behind the tag.
            "textarea" => {
                let text = tag.split_once('>').unwrap().1;
                http::unescaped(text.strip_prefix('\n').unwrap_or(text))
            }
            _ => String::new(),
        };
        fields.push((name, value));
    }

    fields
}

/// The same form with one field changed.
pub fn changed(mut form: Vec<(String, String)>, name: &str, value: &str) -> Vec<(String, String)> {
    let field = form.iter_mut().find(|(field, _)| field == name).unwrap();
    value.clone_into(&mut field.1);
    form
}
