//! The help desk over HTTP: what is typed is sent, and never in an address.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use super::Room;
use super::fields::{Sent, field};
use crate::desk::pages::Visitor;
use crate::desk::pages::calls::{CallForm, may_answer_calls};

/// The page with nothing on it.
pub(super) async fn show(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
) -> Response {
    if let Some(refused) = room.refuse(&headers, &visitor, may_answer_calls) {
        return refused;
    }
    room.page(visitor, |desk, visitor| Ok(Some(desk.empty_call_page(visitor)))).await
}

/// Somebody asks about a person, or writes down what they tell.
pub(super) async fn ask(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
    Sent(fields): Sent,
) -> Response {
    if let Some(refused) = room.refuse(&headers, &visitor, may_answer_calls) {
        return refused;
    }
    let tells = !field(&fields, "what").is_empty();
    let form = CallForm::of(fields);
    room.page(visitor, move |desk, visitor| {
        if tells {
            desk.take_call(visitor, &form).map(Some)
        } else {
            desk.call_page(visitor, &form).map(Some)
        }
    })
    .await
}
