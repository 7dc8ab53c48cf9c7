//! The style and the script of the pages: part of the program, the same for everybody.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// A file by its name.
pub(super) async fn file(Path(name): Path<String>) -> Response {
    let (kind, text) = match name.as_str() {
        "desk.css" => ("text/css; charset=utf-8", include_str!("../../../templates/desk/desk.css")),
        "desk.js" => {
            ("text/javascript; charset=utf-8", include_str!("../../../templates/desk/desk.js"))
        }
        _ => return (StatusCode::NOT_FOUND, "not found").into_response(),
    };
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}
