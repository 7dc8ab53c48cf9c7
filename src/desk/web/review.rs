//! The review queue over HTTP. The number of a case is all that an address has; what somebody says
//! is sent, and nothing of a person is in either.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::Room;
use super::fields::Sent;
use crate::desk::pages::Visitor;
use crate::desk::pages::review::{CaseForm, Taken, may_review};

/// What waits, kind by kind.
pub(super) async fn queue(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
) -> Response {
    if let Some(refused) = refuse(&room, &headers, &visitor) {
        return refused;
    }
    room.page(visitor, |desk, visitor| desk.queue_page(visitor).map(Some)).await
}

/// One case.
pub(super) async fn case(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
    path: Result<Path<u32>, PathRejection>,
) -> Response {
    if let Some(refused) = refuse(&room, &headers, &visitor) {
        return refused;
    }
    let number = path.map_or(0, |Path(number)| number);
    room.page(visitor, move |desk, visitor| desk.case_page(visitor, number, "")).await
}

/// Somebody answers a case, goes on, or takes their last answer back.
pub(super) async fn answer(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
    path: Result<Path<u32>, PathRejection>,
    Sent(fields): Sent,
) -> Response {
    if let Some(refused) = refuse(&room, &headers, &visitor) {
        return refused;
    }

    let number = path.map_or(0, |Path(number)| number);
    room.answer_with(visitor, move |room, visitor| {
        let place = match room.desk.answer_case(visitor, number, &CaseForm::of(&fields))? {
            Taken::Next(Some(case)) | Taken::Back(case) => format!("/review/{case}"),
            Taken::Next(None) => "/review".to_owned(),
            Taken::Not(view) => {
                return Ok(room.html(view, Some(visitor), visitor.language));
            }
        };
        Ok(Redirect::to(&place).into_response())
    })
    .await
}

/// Nobody but a reviewer sees people here, and nobody who comes over a network in the clear: behind
/// a socket only the server in front knows, and has to say so.
pub(super) fn refuse(room: &Room, headers: &HeaderMap, visitor: &Visitor) -> Option<Response> {
    if !may_review(visitor.role) {
        return Some(room.refused("refused", "refused_more", visitor));
    }
    room.is_open_to_others(headers)
        .then(|| room.refused("review.clear", "review.clear_more", visitor))
}
