//! Texts over HTTP.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};

use super::Room;
use super::fields::{Asked, Sent, field};
use crate::desk::pages::Visitor;
use crate::desk::pages::sentence::SentenceForm;
use crate::desk::pages::texts::TextSearch;

/// All sentences, or those that somebody looks for.
pub(super) async fn list(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    let search = TextSearch {
        words: field(&fields, "q").to_owned(),
        block: field(&fields, "block").to_owned(),
    };
    room.page(visitor, move |desk, visitor| desk.texts_page(visitor, &search).map(Some)).await
}

/// One sentence.
pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Path(key): Path<String>,
    Asked(fields): Asked,
) -> Response {
    let saved = field(&fields, "saved").parse().ok();
    let refused = field(&fields, "refused") == "yes";
    room.page(visitor, move |desk, visitor| desk.sentence_page(visitor, &key, saved, refused)).await
}

/// Somebody saves a sentence.
pub(super) async fn save(
    State(room): State<Room>,
    visitor: Visitor,
    Path(key): Path<String>,
    Sent(fields): Sent,
) -> Response {
    if !visitor.role.writes() {
        return room.refused(&visitor);
    }

    let form = SentenceForm::of(fields);
    room.answer_with(visitor, move |room, visitor| {
        Ok(match room.desk.save_sentence(visitor, &key, &form)? {
            Ok(count) => Redirect::to(&format!("/texts/{key}?saved={count}")).into_response(),
            Err(view) => room.answer(Ok(view), visitor),
        })
    })
    .await
}
