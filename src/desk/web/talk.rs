//! Changes and comments over HTTP.

use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::Room;
use super::fields::{Asked, Sent, field};
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
    visitor: Visitor,
    Sent(fields): Sent,
) -> Response {
    room.answer_with(visitor, move |room, visitor| {
        let key = field(&fields, "sentence").to_owned();
        let text = field(&fields, "text");
        if !key.is_empty() {
            let kept = room.desk.add_comment(visitor, Spot::Sentence(key.clone()), text)?;
            let said = if kept { "#comments" } else { "?refused=yes#comments" };
            let is_key =
                key.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"._-".contains(&sign));
            let to = if is_key { format!("/texts/{key}{said}") } else { "/texts".to_owned() };
            return Ok(Redirect::to(&to).into_response());
        }

        let letter = Choice::parse(&fields).query();
        let language = field(&fields, "language").parse().unwrap_or(Language::Nl);
        let page = field(&fields, "page").parse().unwrap_or(1);
        let spot = Spot::Page { letter: letter.clone(), language, page };
        let kept = room.desk.add_comment(visitor, spot, text)?;
        let refused = if kept { "" } else { "&refused=yes" };
        let to = format!("/letters?{letter}{refused}#{language}-{page}");
        Ok(Redirect::to(&to).into_response())
    })
    .await
}

/// Somebody has dealt with a comment, or not after all.
pub(super) async fn settle(
    State(room): State<Room>,
    visitor: Visitor,
    Path(number): Path<u64>,
    Sent(fields): Sent,
) -> Response {
    room.answer_with(visitor, move |room, visitor| {
        let done = field(&fields, "done") != "no";
        if !room.desk.settle_comment(visitor, number, done)? {
            return Ok(room.not_found(visitor));
        }
        Ok(Redirect::to("/comments").into_response())
    })
    .await
}
