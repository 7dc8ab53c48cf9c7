//! Fields of forms and addresses: names with values, some more than once.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;

/// Names and values, in the order in which they were sent.
pub(super) type Fields = Vec<(String, String)>;

/// The fields of an address.
pub(super) struct Asked(pub Fields);

/// The fields of a form that was sent.
pub(super) struct Sent(pub Fields);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        Ok(Self(parse(parts.uri.query().unwrap_or_default().as_bytes())))
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = StatusCode;

    async fn from_request(request: Request, state: &S) -> Result<Self, StatusCode> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if kind.is_none_or(|kind| !kind.starts_with("application/x-www-form-urlencoded")) {
            return Err(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }

        let body = Bytes::from_request(request, state).await;
        body.map(|body| Self(parse(&body))).map_err(|error| error.into_response().status())
    }
}

fn parse(text: &[u8]) -> Fields {
    form_urlencoded::parse(text).into_owned().collect()
}

/// The value of a field; empty when it is not there.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> &'a str {
    fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
}
