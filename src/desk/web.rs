//! The desk over HTTP: who may ask, what for, and in which envelope the answer goes. The pages
//! themselves are in [`crate::desk::pages`].

mod approval;
mod calls;
mod door;
mod encrypted;
mod fields;
mod letters;
mod login;
mod proposals;
mod review;
mod static_files;
mod talk;
mod texts;
mod visitor;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, serve};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::csrf::CsrfLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::desk::pages::{View, Visitor};
use crate::desk::users::Role;
use crate::desk::{Desk, DeskError};
use crate::field::terms::Language;
pub use door::Door;
use door::Guests;
use encrypted::EncryptedListener;
use fields::Fields;
use visitor::Nobody;

/// Longest request, in bytes: a long sentence in two languages many times over.
const LONGEST_BODY: usize = 64 << 10;
/// How long an answer may take. Comparing all pages is done in the background.
const PATIENCE: Duration = Duration::from_mins(2);

/// What every answer says besides itself. Nothing is kept by a browser, nothing comes from
/// elsewhere, and no other page may show one of these inside itself.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
         object-src 'none'",
    ),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// What the handlers share.
#[derive(Clone)]
struct Room {
    desk: Arc<Desk>,
    /// Whether cookies are for encrypted connections alone.
    secure: bool,
    /// Whether a server in front has to say that a browser's connection is encrypted.
    behind: bool,
}

/// Everything that can be asked of the desk. `GET` changes nothing.
fn router(desk: Arc<Desk>, guests: Guests) -> Router {
    let (secure, behind) = (guests.encrypted, guests.behind);
    let mut router = Router::new()
        .route("/", get(|| async { Redirect::to("/texts") }))
        .route("/login", get(login::form).post(login::enter))
        .route("/logout", post(login::leave))
        .route("/texts", get(texts::list))
        .route("/texts/{key}", get(texts::show).post(texts::save))
        .route("/letters", get(letters::show))
        .route("/letters/person", post(letters::address))
        .route("/letters/picture", get(letters::picture))
        .route("/letters/pdf", get(letters::pdf))
        .route("/changes", get(talk::changes).post(talk::compare))
        .route("/changes/picture", get(talk::picture))
        .route("/changes/group", get(talk::group))
        .route("/approval", get(approval::show).post(approval::say))
        .route("/approval/{proof}", get(approval::proof).post(approval::seen))
        .route("/approval/picture", get(approval::picture))
        .route("/review", get(review::queue))
        .route("/review/what-if", post(review::what_if))
        .route("/review/rules", get(proposals::rules).post(proposals::say_of_rules))
        .route("/review/{case}/release", get(proposals::letter).post(proposals::say_of_letter))
        .route("/calls", get(calls::show).post(calls::ask))
        .route("/review/{case}", get(review::case).post(review::answer))
        .route("/comments", get(talk::comments).post(talk::add))
        .route("/comments/{number}", post(talk::settle))
        .route("/static/{file}", get(static_files::file))
        .fallback(unknown)
        .with_state(Room { desk, secure, behind })
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(RequestBodyLimitLayer::new(LONGEST_BODY))
        .layer(CsrfLayer::new())
        .layer(middleware::from_fn_with_state(Arc::new(guests), door::known_host))
        .layer(CatchPanicLayer::custom(panicked));
    for (name, value) in HEADERS {
        let value = HeaderValue::from_static(value);
        router = router.layer(SetResponseHeaderLayer::if_not_present(name, value));
    }
    router
}

/// What is not there; only somebody who is logged in learns that.
async fn unknown(State(room): State<Room>, visitor: Visitor) -> Response {
    room.not_found(&visitor)
}

/// A defect: where it is was said to the log by the program's own hook.
fn panicked(_: Box<dyn std::any::Any + Send>) -> Response {
    (StatusCode::INTERNAL_SERVER_ERROR, "internal error").into_response()
}

impl Room {
    /// Does something that takes time away from the thread that answers, and shows what came of it.
    async fn page(
        self,
        visitor: Visitor,
        work: impl FnOnce(&Desk, &Visitor) -> Result<Option<View>, DeskError> + Send + 'static,
    ) -> Response {
        let done = tokio::task::spawn_blocking(move || {
            let view = work(&self.desk, &visitor);
            self.answer(view, &visitor)
        });
        done.await.unwrap_or_else(|_| panicked(Box::new(())))
    }

    /// The same for what is no page.
    async fn answer_with(
        self,
        visitor: Visitor,
        work: impl FnOnce(&Self, &Visitor) -> Result<Response, DeskError> + Send + 'static,
    ) -> Response {
        let done = tokio::task::spawn_blocking(move || match work(&self, &visitor) {
            Ok(response) => response,
            Err(error) => self.answer(Err(error), &visitor),
        });
        done.await.unwrap_or_else(|_| panicked(Box::new(())))
    }

    /// Takes in what somebody sent. Whatever comes between, nobody's words are lost: the answer then
    /// has them.
    async fn take(
        self,
        headers: HeaderMap,
        sent: SentForm,
        work: impl FnOnce(&Self, &Visitor, &Fields) -> Result<Response, Refusal> + Send + 'static,
    ) -> Response {
        let done = tokio::task::spawn_blocking(move || {
            let language = visitor::language(&headers);
            let visitor = match visitor::visitor(&headers, &self) {
                Ok(visitor) => visitor,
                Err(Nobody::Ended) => {
                    return self.give_back(&Refusal::Ended, &sent, None, language);
                }
                Err(Nobody::Trouble(error)) => {
                    return self.give_back(&Refusal::Trouble(error), &sent, None, language);
                }
                Err(nobody) => return self.turn_away(&nobody, language),
            };
            match work(&self, &visitor, &sent.fields) {
                Ok(response) => response,
                Err(refusal) => self.give_back(&refusal, &sent, Some(&visitor), language),
            }
        });
        done.await.unwrap_or_else(|_| panicked(Box::new(())))
    }

    fn give_back(
        &self,
        refusal: &Refusal,
        sent: &SentForm,
        visitor: Option<&Visitor>,
        language: Language,
    ) -> Response {
        let said = |title, more| self.desk.said(title, more, language);
        let (status, why) = match refusal {
            Refusal::Ended => (403, said("ended", "log_in_again")),
            Refusal::Role => (403, said("refused", "refused_more")),
            Refusal::Comment => (422, said("comment_refused", "comment_help")),
            Refusal::Trouble(error) => {
                tracing::warn!("desk: {}", crate::base::plain::quoted(&error.to_string()));
                (503, self.desk.what_is_wrong(error, language))
            }
        };
        let ended = matches!(refusal, Refusal::Ended);
        let view = self.desk.kept(why, ended, &sent.action, &sent.fields, language);
        self.html(view.with_status(status), visitor, language)
    }

    /// The answer to somebody who is not, or no longer, logged in.
    fn turn_away(&self, nobody: &Nobody, language: Language) -> Response {
        match nobody {
            Nobody::Stranger => Redirect::to("/login").into_response(),
            Nobody::Ended => Redirect::to("/login?ended=yes").into_response(),
            Nobody::Trouble(error) => {
                tracing::warn!("desk: {}", crate::base::plain::quoted(&error.to_string()));
                self.html(self.desk.trouble(error, language), None, language)
            }
        }
    }

    fn answer(&self, view: Result<Option<View>, DeskError>, visitor: &Visitor) -> Response {
        match view {
            Ok(Some(view)) => self.html(view, Some(visitor), visitor.language),
            Ok(None) => self.not_found(visitor),
            Err(error) => {
                tracing::warn!("desk: {}", crate::base::plain::quoted(&error.to_string()));
                let view = self.desk.trouble(&error, visitor.language);
                self.html(view, Some(visitor), visitor.language)
            }
        }
    }

    fn html(&self, view: View, visitor: Option<&Visitor>, language: Language) -> Response {
        let status = StatusCode::from_u16(view.status).unwrap_or(StatusCode::OK);
        match self.desk.html(view, visitor, language) {
            Ok(html) => {
                let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
                (status, kind, html).into_response()
            }
            Err(error) => {
                tracing::error!("desk: a page cannot be filled in: {error}");
                panicked(Box::new(()))
            }
        }
    }

    /// Whether a request may have come over a network in the clear.
    fn is_open_to_others(&self, headers: &HeaderMap) -> bool {
        let mut said = headers.get_all("x-forwarded-proto").iter();
        self.behind && !(said.next().is_some_and(|word| word == "https") && said.next().is_none())
    }

    /// Nobody but those who may sees people here, and nobody who comes over a network in the clear:
    /// behind a socket only the server in front knows, and has to say so.
    fn refuse(
        &self,
        headers: &HeaderMap,
        visitor: &Visitor,
        may: fn(Role) -> bool,
    ) -> Option<Response> {
        if !may(visitor.role) {
            return Some(self.refused("refused", "refused_more", visitor));
        }
        let is_open = self.is_open_to_others(headers);
        is_open.then(|| self.refused("review.clear", "review.clear_more", visitor))
    }

    /// What somebody asks for and does not get: two keys of the desk's words.
    fn refused(&self, title: &str, more: &str, visitor: &Visitor) -> Response {
        let view = self.desk.message(title, more, visitor.language).with_status(403);
        self.html(view, Some(visitor), visitor.language)
    }

    fn not_found(&self, visitor: &Visitor) -> Response {
        let view = self.desk.message("not_found", "back", visitor.language).with_status(404);
        self.html(view, Some(visitor), visitor.language)
    }
}

/// What somebody sent, and where to.
struct SentForm {
    action: String,
    fields: Fields,
}

/// Why what somebody sent is not taken in.
enum Refusal {
    /// They are no longer logged in.
    Ended,
    /// Their role may not do it.
    Role,
    /// It is not fit for a comment.
    Comment,
    /// Something cannot be read or written.
    Trouble(DeskError),
}

impl From<DeskError> for Refusal {
    fn from(error: DeskError) -> Self {
        Self::Trouble(error)
    }
}

/// Serves the desk until the program is told to end. `opened` is told the address, once somebody
/// can ask there.
///
/// # Errors
/// [`DeskError`] when nobody can be let in there.
pub fn run(desk: Desk, door: &Door, opened: impl FnOnce(&str)) -> Result<(), DeskError> {
    let failed = |source| DeskError::Listen { address: door.address(), source };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build()
        .map_err(failed)?;

    let stop = until_told().map_err(failed)?;
    runtime.block_on(async {
        let desk = Arc::new(desk);
        match door {
            Door::Loopback { address, host } => {
                let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
                let address = listener.local_addr().map_err(failed)?;
                opened(&format!("http://{address}/"));
                let router = router(desk, Guests::at(address, host.as_deref()));
                serve(listener, router).with_graceful_shutdown(stop).await.map_err(failed)
            }
            Door::Tls { address, host, tls } => {
                let listener = tokio::net::TcpListener::bind(address).await.map_err(failed)?;
                let address = listener.local_addr().map_err(failed)?;
                let listener = EncryptedListener::new(listener, tls)?;
                opened(&format!("https://{host}:{}/", address.port()));
                let router = router(desk, Guests::encrypted_at(address, host));
                serve(listener, router).with_graceful_shutdown(stop).await.map_err(failed)
            }
            Door::Unix { path, host } => {
                let listener = door::unix(path).map_err(failed)?;
                opened(&door.address());
                let router = router(desk, Guests::behind(host));
                serve(listener, router).with_graceful_shutdown(stop).await.map_err(failed)
            }
        }
    })
}

/// Ends when the program gets SIGTERM or SIGINT.
fn until_told() -> std::io::Result<impl Future<Output = ()>> {
    use std::sync::atomic::{AtomicBool, Ordering};

    let told = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&told))?;
    }
    Ok(async move {
        while !told.load(Ordering::Relaxed) {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
}
