//! Changes and comments over HTTP.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::fields::{Asked, Fields, Sent, field};
use super::texts::place_of;
use super::{Refusal, Room, SentForm};
use crate::desk::choice::Choice;
use crate::desk::journal::Spot;
use crate::desk::pages::Visitor;
use crate::desk::pages::changes::Since;
use crate::field::terms::Language;

/// What changed.
pub(super) async fn changes(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    let since = since(&fields);
    room.page(visitor, move |desk, visitor| desk.changes_page(visitor, since).map(Some)).await
}

/// Somebody wants pages compared.
pub(super) async fn compare(
    State(room): State<Room>,
    visitor: Visitor,
    Sent(fields): Sent,
) -> Response {
    room.answer_with(visitor, move |room, _| {
        let since = since(&fields);
        room.desk.begin_comparison(since)?;
        Ok(Redirect::to(&format!("/changes?since={}", since.word())).into_response())
    })
    .await
}

/// One group of letters that changed.
pub(super) async fn group(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    let number = field(&fields, "group").parse().unwrap_or(usize::MAX);
    let since = since(&fields);
    room.page(visitor, move |desk, visitor| desk.group_page(visitor, since, number)).await
}

/// A side of its first letter.
pub(super) async fn picture(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    room.answer_with(visitor, move |room, visitor| {
        let number = field(&fields, "group").parse().unwrap_or(usize::MAX);
        let page = field(&fields, "page").parse().unwrap_or_default();
        let form = field(&fields, "form");
        let picture = room.desk.compared_picture(since(&fields), number, page, form)?;
        Ok(match picture {
            Some(png) => ([(header::CONTENT_TYPE, "image/png")], png).into_response(),
            None => room.not_found(visitor),
        })
    })
    .await
}

/// The last run, or a day: `since=day` has it in a field of its own.
fn since(fields: &[(String, String)]) -> Since {
    let asked = field(fields, "since");
    Since::parse(if asked == "day" { field(fields, "day") } else { asked })
}

/// All comments.
pub(super) async fn comments(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    let all = field(&fields, "all") == "yes";
    room.page(visitor, move |desk, _| Ok(Some(desk.comments_page(all)))).await
}

/// Somebody says something.
pub(super) async fn add(
    State(room): State<Room>,
    headers: HeaderMap,
    Sent(fields): Sent,
) -> Response {
    let sent = SentForm { action: "/comments".to_owned(), fields };
    room.take(headers, sent, move |room, visitor, fields| {
        let (spot, place) = spot(fields);
        if room.desk.add_comment(visitor, spot, field(fields, "text"))? {
            Ok(Redirect::to(&place).into_response())
        } else {
            Err(Refusal::Comment)
        }
    })
    .await
}

/// What a comment is about, and where that is shown.
fn spot(fields: &Fields) -> (Spot, String) {
    let key = field(fields, "sentence");
    if !key.is_empty() {
        return (Spot::Sentence(key.to_owned()), place_of(key) + "#comments");
    }

    let letter = Choice::parse(fields).query();
    let language = field(fields, "language").parse().unwrap_or(Language::Nl);
    let page = field(fields, "page").parse().unwrap_or(1).clamp(1, LAST_PAGE);
    let place = format!("/letters?{letter}#{language}-{page}");
    (Spot::Page { letter, language, page }, place)
}

/// No letter has a page beyond this one.
const LAST_PAGE: usize = 20;

/// Somebody has dealt with a comment, or not after all.
pub(super) async fn settle(
    State(room): State<Room>,
    visitor: Visitor,
    path: Result<Path<u64>, PathRejection>,
    Sent(fields): Sent,
) -> Response {
    room.answer_with(visitor, move |room, visitor| {
        let done = field(&fields, "done") != "no";
        let number = path.map_or(0, |Path(number)| number);
        if !room.desk.settle_comment(visitor, number, done)? {
            return Ok(room.not_found(visitor));
        }
        Ok(Redirect::to("/comments").into_response())
    })
    .await
}
