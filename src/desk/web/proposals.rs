//! Rules for many cases and letters to protected addresses over HTTP: asked for, and then said yes to
//! with a password.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::Room;
use super::approval::refused;
use super::fields::{Fields, Sent, field};
use crate::desk::DeskError;
use crate::desk::pages::Visitor;
use crate::desk::pages::review::{ProposalForm, YesOutcome, may_review};

/// What is asked for of many cases.
pub(super) async fn rules(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
) -> Response {
    show(room, &headers, visitor, None).await
}

/// Somebody counts the cases of a rule, says yes to one, or drops it.
pub(super) async fn say_of_rules(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
    Sent(fields): Sent,
) -> Response {
    say(room, &headers, visitor, None, fields).await
}

/// What is asked for of the letter of a case.
pub(super) async fn letter(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
    path: Result<Path<u32>, PathRejection>,
) -> Response {
    show(room, &headers, visitor, Some(path.map_or(0, |Path(case)| case))).await
}

/// Somebody asks for it, says yes, or drops it.
pub(super) async fn say_of_letter(
    State(room): State<Room>,
    headers: HeaderMap,
    visitor: Visitor,
    path: Result<Path<u32>, PathRejection>,
    Sent(fields): Sent,
) -> Response {
    say(room, &headers, visitor, Some(path.map_or(0, |Path(case)| case)), fields).await
}

async fn show(room: Room, headers: &HeaderMap, visitor: Visitor, case: Option<u32>) -> Response {
    if let Some(refused) = room.refuse(headers, &visitor, may_review) {
        return refused;
    }
    room.page(visitor, move |desk, visitor| {
        let (typed, said) = (ProposalForm::default(), (String::new(), String::new()));
        Ok(Some(desk.proposals_page(visitor, case, &typed, said)))
    })
    .await
}

async fn say(
    room: Room,
    headers: &HeaderMap,
    visitor: Visitor,
    case: Option<u32>,
    fields: Fields,
) -> Response {
    if let Some(refused) = room.refuse(headers, &visitor, may_review) {
        return refused;
    }
    room.answer_with(visitor, move |room, visitor| {
        let number = field(&fields, "number").parse().unwrap_or_default();
        match field(&fields, "verb") {
            "ask" => ask(room, visitor, case, &fields),
            "yes" => yes(room, visitor, case, number, field(&fields, "password")),
            "drop" => {
                room.desk.drop_proposal(number);
                Ok(Redirect::to(&place(case)).into_response())
            }
            _ => Ok(room.not_found(visitor)),
        }
    })
    .await
}

fn ask(
    room: &Room,
    visitor: &Visitor,
    case: Option<u32>,
    fields: &Fields,
) -> Result<Response, DeskError> {
    let said = |name: &str| field(fields, name).to_owned();
    let form = ProposalForm {
        answer: said("answer"),
        code: said("code"),
        provider: said("provider"),
        lab_only: said("lab_only"),
        sampled_before: said("sampled_before"),
        channel: said("channel"),
        reason: said("reason"),
    };
    let Some(objection) = room.desk.propose(visitor, case, &form)? else {
        return Ok(Redirect::to(&place(case)).into_response());
    };
    let view = room.desk.proposals_page(visitor, case, &form, (objection, String::new()));
    Ok(room.html(view.with_status(422), Some(visitor), visitor.language))
}

fn yes(
    room: &Room,
    visitor: &Visitor,
    case: Option<u32>,
    number: u64,
    password: &str,
) -> Result<Response, DeskError> {
    if let Some(wrong) = refused(room, visitor, password)? {
        let said = (room.desk.words.get(visitor.language, wrong).to_owned(), String::new());
        let view = room.desk.proposals_page(visitor, case, &ProposalForm::default(), said);
        return Ok(room.html(view.with_status(422), Some(visitor), visitor.language));
    }
    Ok(match room.desk.say_yes(visitor, number)? {
        YesOutcome::Page(view) => room.html(view, Some(visitor), visitor.language),
        YesOutcome::Letter(pdf) => {
            let kind = [
                (header::CONTENT_TYPE, "application/pdf"),
                (header::CONTENT_DISPOSITION, "attachment; filename=\"letter.pdf\""),
            ];
            (kind, pdf).into_response()
        }
    })
}

fn place(case: Option<u32>) -> String {
    case.map_or_else(|| "/review/rules".to_owned(), |case| format!("/review/{case}/release"))
}
