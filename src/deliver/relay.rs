//! Between the mail library and the server: an end to every talk, however slowly or endlessly the
//! server answers.
//!
//! The library waits for each answer on its own, and reads a line however long it is. So it talks
//! to us on loopback, and we pass on what both sides say, encrypted or not, until the deadline or
//! until the server has said too much.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

/// More than any server has to say about one mail, in bytes; its certificates are the largest part.
const LONGEST_TALK: usize = 256 << 10;

/// Connects to the server and gives the address on loopback at which one talk can be had with it,
/// until `deadline`.
///
/// # Errors
/// When the server's name is not known, nobody answers there, or there is no time left.
pub fn open(host: &str, port: u16, deadline: Instant) -> io::Result<SocketAddr> {
    let server = connect(host, port, deadline)?;
    // An answer is short, and the next command waits for it.
    server.set_nodelay(true)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;

    // A thread that is still there when the program ends goes with it.
    thread::Builder::new().name("mail".to_owned()).spawn(move || {
        if let Ok((client, _)) = listener.accept() {
            drop(listener);
            // Slower without; nothing else.
            let _ = client.set_nodelay(true);
            pass_on(&client, &server, deadline);
        }
    })?;

    Ok(address)
}

/// Looking up a name has no time limit of its own: it happens in a thread that may be left behind.
fn connect(host: &str, port: u16, deadline: Instant) -> io::Result<TcpStream> {
    let (answer, found) = mpsc::channel();
    let host = host.to_owned();
    thread::Builder::new().name("connect".to_owned()).spawn(move || {
        // Nobody listens any more when it took too long.
        let _ = answer.send(connect_to_any(&host, port, deadline));
    })?;
    found.recv_timeout(left(deadline)?).unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn connect_to_any(host: &str, port: u16, deadline: Instant) -> io::Result<TcpStream> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in (host, port).to_socket_addrs()? {
        match TcpStream::connect_timeout(&address, left(deadline)?) {
            Ok(server) => return Ok(server),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// Time until the deadline.
fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// Both directions until one side ends the talk; then it is over for both.
fn pass_on(client: &TcpStream, server: &TcpStream, deadline: Instant) {
    thread::scope(|scope| {
        scope.spawn(|| copy(client, server, usize::MAX, deadline));
        copy(server, client, LONGEST_TALK, deadline);
    });
}

/// What failed is seen by the library as the end of the talk.
fn copy(mut from: &TcpStream, mut to: &TcpStream, mut most: usize, deadline: Instant) {
    let mut chunk = [0; 8192];
    let mut step = || -> io::Result<usize> {
        from.set_read_timeout(Some(left(deadline)?))?;
        let read = from.read(&mut chunk)?;
        to.set_write_timeout(Some(left(deadline)?))?;
        to.write_all(&chunk[..read])?;
        Ok(read)
    };

    while let Ok(read @ 1..) = step() {
        let Some(rest) = most.checked_sub(read) else { break };
        most = rest;
    }

    for side in [from, to] {
        let _ = side.shutdown(Shutdown::Both);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A server that does one thing with whoever comes.
    fn server(work: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || work(listener.accept().unwrap().0));
        port
    }

    fn talk(port: u16, time: Duration) -> (usize, Duration) {
        let start = Instant::now();
        let address = open("127.0.0.1", port, start + time).unwrap();
        let mut client = TcpStream::connect(address).unwrap();
        let mut said = Vec::new();
        // A talk that is cut off may end in an error.
        let _ = client.read_to_end(&mut said);
        (said.len(), start.elapsed())
    }

    #[test]
    fn both_sides_hear_each_other() {
        let port = server(|mut client| {
            let mut word = [0; 4];
            client.read_exact(&mut word).unwrap();
            client.write_all(&word).unwrap();
        });

        let address = open("localhost", port, Instant::now() + Duration::from_secs(5)).unwrap();
        let mut client = TcpStream::connect(address).unwrap();
        client.write_all(b"EHLO").unwrap();
        let mut said = String::new();
        client.read_to_string(&mut said).unwrap();

        assert_eq!(said, "EHLO");
    }

    #[test]
    fn a_server_without_an_end_is_cut_off() {
        let port = server(|mut client| while client.write_all(&[b'2'; 1000]).is_ok() {});
        let (said, time) = talk(port, Duration::from_secs(20));
        assert!(said <= LONGEST_TALK + 8192, "{said}");
        assert!(time < Duration::from_secs(10), "{time:?}");
    }

    #[test]
    fn a_server_of_a_byte_now_and_then_is_cut_off() {
        let port = server(|mut client| {
            while client.write_all(b"2").is_ok() {
                thread::sleep(Duration::from_millis(50));
            }
        });
        let (said, time) = talk(port, Duration::from_millis(400));
        assert!((1..20).contains(&said), "{said}");
        assert!(time < Duration::from_secs(3), "{time:?}");
    }

    #[test]
    fn nobody_there_is_an_error_at_once() {
        let port =
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap().local_addr().unwrap().port();
        let error = open("127.0.0.1", port, Instant::now() + Duration::from_secs(5)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
    }
}
