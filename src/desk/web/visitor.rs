//! Who asks: the ticket in the cookie, and whether the users file still knows its owner.

use std::time::Instant;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::Room;
use crate::desk::pages::Visitor;
use crate::desk::users::Users;
use crate::desk::{DeskError, users_file, words};
use crate::field::terms::Language;

/// The cookie with the ticket.
pub(super) const COOKIE: &str = "desk";

impl FromRequestParts<Room> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, room: &Room) -> Result<Self, Response> {
        visitor(&parts.headers, room)
            .map_err(|nobody| room.turn_away(&nobody, language(&parts.headers)))
    }
}

/// Why somebody who asks is nobody.
pub(super) enum Nobody {
    /// They have no ticket.
    Stranger,
    /// Their ticket is worth nothing any more.
    Ended,
    /// Who may use the desk is not known at the moment.
    Trouble(DeskError),
}

/// Somebody whose session is alive and who has not been taken out of the users file since.
pub(super) fn visitor(headers: &HeaderMap, room: &Room) -> Result<Visitor, Nobody> {
    let ticket = ticket(headers).filter(|ticket| !ticket.is_empty()).ok_or(Nobody::Stranger)?;
    let name = {
        let mut sessions = room.desk.sessions();
        sessions.of(ticket, Instant::now()).ok_or(Nobody::Ended)?.0.to_owned()
    };

    let users = Users::load(&users_file(&room.desk.config))
        .map_err(|error| Nobody::Trouble(error.into()))?;
    let user = users.find(&name).ok_or(Nobody::Ended)?;
    Ok(Visitor {
        name: user.name.clone(),
        role: user.role,
        language: language(headers),
        ticket: ticket.to_owned(),
    })
}

/// The ticket that a browser sends, if it sends one.
pub(super) fn ticket(headers: &HeaderMap) -> Option<&str> {
    let cookies =
        headers.get_all(header::COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';'));
    pairs.find_map(|pair| pair.trim().strip_prefix(COOKIE)?.strip_prefix('='))
}

/// The language that a browser asks for.
pub(super) fn language(headers: &HeaderMap) -> Language {
    let asks = headers.get(header::ACCEPT_LANGUAGE).and_then(|asks| asks.to_str().ok());
    words::asked(asks.unwrap_or_default())
}
