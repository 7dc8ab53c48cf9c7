//! `desk`: the people who write the letters, in a browser. `user add`: who may.

use std::io::{IsTerminal, stdin};

use secrecy::SecretString;

use crate::base::{ExitStatus, logging};
use crate::cli::output::{self, Failure};
use crate::cli::session::Session;
use crate::desk::users::{Role, Users};
use crate::desk::web::{self, Door};
use crate::desk::{Desk, users_file};

impl Session<'_> {
    pub(super) fn desk(&self, listen: Option<&str>) -> Result<ExitStatus, Failure> {
        let mut settings = self.config.desk.clone();
        if let Some(listen) = listen {
            listen.clone_into(&mut settings.listen);
        }
        let door = Door::of(&settings).map_err(|error| Failure::of(&error))?;
        let desk =
            Desk::open(self.config.clone(), self.run_date).map_err(|error| Failure::of(&error))?;

        // What is wrong with the texts is on the first page that somebody opens; what is not is
        // looked at while nobody waits.
        let _ = desk.edition();
        logging::keep();
        let opened = |address: &str| output::line(format_args!("desk      {address}"));
        web::run(desk, &door, opened).map_err(|error| Failure::of(&error))?;
        Ok(ExitStatus::Done)
    }

    pub(super) fn user_add(&self, name: &str, role: Role) -> Result<ExitStatus, Failure> {
        let password = password().map_err(|source| {
            let why = "cannot read the password from standard input".to_owned();
            Failure::new(ExitStatus::Usage, &source, Some(why))
        })?;
        let path = users_file(self.config);
        Users::add(&path, name, role, &password).map_err(|error| Failure::of(&error))?;
        output::line(format_args!("user      {name} in {path}"));
        Ok(ExitStatus::Done)
    }
}

/// Asks for it without showing it; without a terminal it is the first line of standard input.
fn password() -> std::io::Result<SecretString> {
    if stdin().is_terminal() {
        output::note("Password, 13 characters or more (it is not shown): ");
        return Ok(SecretString::from(console::Term::stderr().read_secure_line()?));
    }

    let mut line = String::new();
    stdin().read_line(&mut line)?;
    Ok(SecretString::from(line.trim_end_matches(['\r', '\n']).to_owned()))
}
