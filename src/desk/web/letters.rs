//! Letters over HTTP. What is known about a person is in the address; a name that somebody types
//! never is.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};

use super::Room;
use super::fields::{Asked, Sent, field};
use crate::desk::choice::Choice;
use crate::desk::invented::Typed;
use crate::desk::pages::Visitor;
use crate::field::terms::Language;

/// The letter that somebody chose.
pub(super) async fn show(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    let choice = Choice::parse(&fields);
    room.page(visitor, move |desk, visitor| desk.letters_page(visitor, &choice).map(Some)).await
}

/// Somebody types an invented person, or goes back to the usual one.
pub(super) async fn address(
    State(room): State<Room>,
    visitor: Visitor,
    Sent(fields): Sent,
) -> Response {
    let typed = (field(&fields, "clear") != "yes").then(|| Typed::parse(&fields));
    room.desk.address_to(&visitor, typed);
    let mut choice = Choice::parse(&fields);
    choice.abroad |= !field(&fields, "country").trim().is_empty();
    Redirect::to(&format!("/letters?{}#letter", choice.query())).into_response()
}

fn of_language(fields: &[(String, String)]) -> Language {
    field(fields, "language").parse().unwrap_or(Language::Nl)
}

/// One side as a picture.
pub(super) async fn picture(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    let page = field(&fields, "page").parse().unwrap_or_default();
    room.answer_with(visitor, move |room, visitor| {
        let (choice, language) = (Choice::parse(&fields), of_language(&fields));
        let version = field(&fields, "version");
        let usual = field(&fields, "person") == "usual";
        let visitor_of = (!usual).then_some(visitor);
        let picture = room.desk.picture(visitor_of, &choice, language, page, version)?;
        Ok(match picture {
            Some(png) => ([(header::CONTENT_TYPE, "image/png")], png).into_response(),
            None => room.not_found(visitor),
        })
    })
    .await
}

/// The letter as a PDF.
pub(super) async fn pdf(
    State(room): State<Room>,
    visitor: Visitor,
    Asked(fields): Asked,
) -> Response {
    room.answer_with(visitor, move |room, visitor| {
        let (choice, language) = (Choice::parse(&fields), of_language(&fields));
        let accessible = field(&fields, "form") == "accessible";
        let Some(pdf) = room.desk.pdf(visitor, &choice, language, accessible)? else {
            return Ok(room.not_found(visitor));
        };
        let name = if accessible { "letter" } else { "proof" };
        let headers = [
            (header::CONTENT_TYPE, "application/pdf".to_owned()),
            (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}-{language}.pdf\"")),
        ];
        Ok((headers, pdf).into_response())
    })
    .await
}
