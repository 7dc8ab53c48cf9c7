//! Approval over HTTP: what waits, its proofs, and what somebody says of it with their password.

use std::time::Instant;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use secrecy::SecretString;

use super::fields::{Asked, Sent, field};
use super::{Room, SentForm};
use crate::approval::act::Verb;
use crate::desk::pages::Visitor;
use crate::desk::pages::approval::ApprovalAsked;
use crate::desk::users::Users;
use crate::desk::{DeskError, users_file};

/// What waits.
pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    let of = field(&fields, "of").to_owned();
    room.page(visitor, move |desk, visitor| {
        let asked = ApprovalAsked { of: &of, ..ApprovalAsked::default() };
        desk.approval_page(visitor, asked, None).map(Some)
    })
    .await
}

/// Somebody approves, says no, takes it back, answers for an edit, or releases letters alone. What
/// they typed is not lost, whatever stands against it; their password is not given back.
pub(super) async fn say(
    State(room): State<Room>,
    headers: HeaderMap,
    Sent(fields): Sent,
) -> Response {
    let sent = SentForm { action: "/approval".to_owned(), fields };
    room.take(headers, sent, move |room, visitor, fields| {
        let comment = || field(fields, "comment").trim().to_owned();
        let verb = match field(fields, "verb") {
            "approve" => Verb::Approve,
            "refuse" => Verb::Refuse(comment()),
            "withdraw" => Verb::Withdraw(comment()),
            "adopt" => Verb::Adopt(field(fields, "what").to_owned()),
            "release" => Verb::Release(field(fields, "reason").trim().to_owned()),
            _ => return Ok(room.not_found(visitor)),
        };

        let statement = field(fields, "statement");
        let wrong = refused(room, visitor, field(fields, "password"))?;
        let objection = match wrong {
            None => room.desk.say(visitor, statement, verb)?,
            Some(_) => None,
        };
        if wrong.is_none() && objection.is_none() {
            return Ok(Redirect::to("/approval").into_response());
        }

        let asked = ApprovalAsked {
            of: statement,
            wrong: wrong.unwrap_or_default(),
            comment: field(fields, "comment"),
            reason: field(fields, "reason"),
        };
        let view = room.desk.approval_page(visitor, asked, objection)?;
        Ok(room.html(view.with_status(422), Some(visitor), visitor.language))
    })
    .await
}

/// Whoever says something for good says who they are once more.
///
/// # Errors
/// [`DeskError`] when it is not known who may use the desk: that is no wrong password.
pub(super) fn refused(
    room: &Room,
    visitor: &Visitor,
    password: &str,
) -> Result<Option<&'static str>, DeskError> {
    let users = Users::load(&users_file(&room.desk.config))?;
    if !room.desk.sessions().try_once(&visitor.name, Instant::now()) {
        return Ok(Some("wait"));
    }

    let password = SecretString::from(password.to_owned());
    let is_known = room.desk.one_at_a_time(|| users.check(&visitor.name, &password).is_some());
    if is_known {
        room.desk.sessions().right(&visitor.name);
    }
    Ok((!is_known).then_some("wrong"))
}

/// One proof.
pub(super) async fn proof(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<u32>,
    Asked(fields): Asked,
) -> Response {
    let of = field(&fields, "of").to_owned();
    room.page(visitor, move |desk, visitor| desk.proof_page(visitor, &of, number)).await
}

/// Somebody has looked at a proof.
pub(super) async fn seen(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<u32>,
    Sent(fields): Sent,
) -> Response {
    room.answer_with(visitor, move |room, visitor| {
        let statement = field(&fields, "statement");
        match room.desk.saw(visitor, statement, number)? {
            None => Ok(room.not_found(visitor)),
            Some(next) => Ok(Redirect::to(&next).into_response()),
        }
    })
    .await
}

/// One side of a proof.
pub(super) async fn picture(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    room.answer_with(visitor, move |room, visitor| {
        let number = field(&fields, "proof").parse().unwrap_or_default();
        let page = field(&fields, "page").parse().unwrap_or_default();
        let statement = field(&fields, "statement");
        let picture = room.desk.proof_picture(visitor, statement, number, page)?;
        Ok(match picture {
            Some(png) => ([(header::CONTENT_TYPE, "image/png")], png).into_response(),
            None => room.not_found(visitor),
        })
    })
    .await
}
