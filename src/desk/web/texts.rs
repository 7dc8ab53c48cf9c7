//! Texts over HTTP.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::fields::{Asked, Sent, field};
use super::{Refusal, Room, SentForm};
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
    path: Result<Path<String>, PathRejection>,
    Asked(fields): Asked,
) -> Response {
    let key = path.map(|Path(key)| key).unwrap_or_default();
    let saved = field(&fields, "saved").parse().ok();
    room.page(visitor, move |desk, visitor| desk.sentence_page(visitor, &key, saved)).await
}

/// Somebody saves a sentence.
pub(super) async fn save(
    State(room): State<Room>,
    headers: HeaderMap,
    path: Result<Path<String>, PathRejection>,
    Sent(fields): Sent,
) -> Response {
    let key = path.map(|Path(key)| key).unwrap_or_default();
    let sent = SentForm { action: place_of(&key), fields };
    room.take(headers, sent, move |room, visitor, fields| {
        if !visitor.role.writes() {
            return Err(Refusal::Role);
        }

        Ok(match room.desk.save_sentence(visitor, &key, &SentenceForm::of(fields.clone()))? {
            Ok(count) => Redirect::to(&format!("/texts/{key}?saved={count}")).into_response(),
            Err(view) => room.answer(Ok(view), visitor),
        })
    })
    .await
}

/// The address of a sentence, if that is a key.
pub(super) fn place_of(key: &str) -> String {
    let is_key = key.bytes().all(|sign| sign.is_ascii_alphanumeric() || b"._-".contains(&sign));
    if is_key { format!("/texts/{key}") } else { "/texts".to_owned() }
}
