//! The review queue over HTTP. The number of a case is all that an address has; what somebody says
//! is sent, and nothing of a person is in either.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};

use super::Room;
use super::fields::Sent;
use crate::desk::pages::Visitor;
use crate::desk::pages::review::{CaseForm, NextPage, may_review};

/// What waits, kind by kind.
pub(super) async fn queue(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
) -> Response {
    if let Some(refused) = room.refuse(&headers, &visitor, may_review) {
        return refused;
    }
    room.page(visitor, |desk, visitor| desk.queue_page(visitor).map(Some)).await
}

/// What the answers of today change in the next night.
pub(super) async fn what_if(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
) -> Response {
    if let Some(refused) = room.refuse(&headers, &visitor, may_review) {
        return refused;
    }
    room.page(visitor, |desk, visitor| desk.what_if_page(visitor).map(Some)).await
}

/// One case.
pub(super) async fn case(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
    path: Result<Path<u32>, PathRejection>,
) -> Response {
    if let Some(refused) = room.refuse(&headers, &visitor, may_review) {
        return refused;
    }
    let number = path.map_or(0, |Path(number)| number);
    room.page(visitor, move |desk, visitor| {
        desk.case_page(visitor, number, "", &CaseForm::default())
    })
    .await
}

/// Somebody answers a case, goes on, or takes their last answer back.
pub(super) async fn answer(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
    path: Result<Path<u32>, PathRejection>,
    Sent(fields): Sent,
) -> Response {
    if let Some(refused) = room.refuse(&headers, &visitor, may_review) {
        return refused;
    }

    let number = path.map_or(0, |Path(number)| number);
    room.answer_with(visitor, move |room, visitor| {
        let place = match room.desk.answer_case(visitor, number, &CaseForm::of(&fields))? {
            NextPage::Next(Some(case)) | NextPage::Back(case) => format!("/review/{case}"),
            NextPage::Next(None) => "/review".to_owned(),
            NextPage::Not(view) => {
                return Ok(room.html(view, Some(visitor), visitor.language));
            }
        };
        Ok(Redirect::to(&place).into_response())
    })
    .await
}
