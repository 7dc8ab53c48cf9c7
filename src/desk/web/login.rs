//! In and out.

use std::time::Instant;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::SecretString;
use serde::Serialize;

use super::fields::{Asked, Sent, field};
use super::visitor::{COOKIE, Nobody, language, ticket};
use super::{Room, panicked};
use crate::desk::pages::View;
use crate::desk::users::Users;
use crate::desk::users_file;
use crate::field::terms::Language;

/// The page: what is wrong, as a key of the desk's words.
#[derive(Serialize)]
struct LoginPage {
    wrong: String,
    name: String,
}

fn page(room: &Room, language: Language, wrong: &str, name: &str, status: StatusCode) -> Response {
    let wrong =
        if wrong.is_empty() { wrong } else { room.desk.words.get(language, wrong) }.to_owned();
    let view = View::of("login.html", &LoginPage { wrong, name: name.to_owned() });
    room.html(view.with_status(status.as_u16()), None, language)
}

/// The form.
pub(super) async fn form(
    State(room): State<Room>,
    headers: HeaderMap,
    Asked(fields): Asked,
) -> Response {
    let why = if field(&fields, "ended") == "yes" { "ended" } else { "" };
    page(&room, language(&headers), why, "", StatusCode::OK)
}

/// Somebody says who they are.
pub(super) async fn enter(
    State(room): State<Room>,
    headers: HeaderMap,
    Sent(fields): Sent,
) -> Response {
    let done = tokio::task::spawn_blocking(move || attempt(&room, &headers, &fields));
    done.await.unwrap_or_else(|_| panicked(Box::new(())))
}

fn attempt(room: &Room, headers: &HeaderMap, fields: &[(String, String)]) -> Response {
    let (language, now) = (language(headers), Instant::now());
    let name = field(fields, "name");
    if !room.desk.sessions().try_once(name, now) {
        return page(room, language, "wait", name, StatusCode::TOO_MANY_REQUESTS);
    }

    let password = SecretString::from(field(fields, "password").to_owned());
    let users = match Users::load(&users_file(&room.desk.config)) {
        Ok(users) => users,
        Err(error) => return room.turn_away(&Nobody::Trouble(error.into()), language),
    };
    let Some(user) = room.desk.one_at_a_time(|| users.check(name, &password)) else {
        return page(room, language, "wrong", name, StatusCode::FORBIDDEN);
    };

    // A ticket from before the log-in is worth nothing after it.
    let mut sessions = room.desk.sessions();
    if let Some(old) = ticket(headers) {
        sessions.end(old);
    }
    match sessions.begin(&user.name, now) {
        Ok(ticket) => {
            let cookie = [(header::SET_COOKIE, cookie(&ticket, room.secure))];
            (cookie, Redirect::to("/texts")).into_response()
        }
        Err(_) => panicked(Box::new(())),
    }
}

/// Somebody goes.
pub(super) async fn leave(State(room): State<Room>, headers: HeaderMap) -> Response {
    if let Some(ticket) = ticket(&headers) {
        room.desk.sessions().end(ticket);
    }
    let gone = format!("{}; Max-Age=0", cookie("", room.secure));
    ([(header::SET_COOKIE, gone)], Redirect::to("/login")).into_response()
}

/// For this desk alone, out of reach of scripts, and never sent along from a page of somebody else.
fn cookie(ticket: &str, secure: bool) -> String {
    let secure = if secure { "; Secure" } else { "" };
    format!("{COOKIE}={ticket}; Path=/; HttpOnly; SameSite=Strict{secure}")
}
