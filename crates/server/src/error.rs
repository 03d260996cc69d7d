//! Why a server cannot start.

use std::io;
use std::net::SocketAddr;

/// Why a server cannot start. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The address is no address, or its name is unknown.
    #[error("cannot listen on '{listen}' ({cause}): give an address and a port, such as 127.0.0.1:8080")]
    Address {
        /// What was asked for.
        listen: String,
        /// Why not.
        cause: io::Error,
    },
    /// Another program has the port.
    #[error(
        "port {} on {} is taken: stop the program that listens there, or choose another port with --listen {}:{} \
         (--listen {}:0 takes any free one)",
        address.port(), address.ip(), bracketed(address), address.port().wrapping_add(1).max(1024), bracketed(address)
    )]
    Taken {
        /// Where.
        address: SocketAddr,
    },
    /// The operating system refuses the address.
    #[error("cannot listen on {address} ({cause})")]
    Refused {
        /// Where.
        address: SocketAddr,
        /// Why not.
        cause: io::Error,
    },
    /// The address can be reached from elsewhere and there is no key.
    #[error(
        "{address} can be reached from other machines, and no key is configured: make one with `sessiond key create \
         --name admin --role admin`, or set AGENT_BUS_API_KEY, or listen on 127.0.0.1 alone"
    )]
    KeysNeeded {
        /// Where.
        address: SocketAddr,
    },
    /// An admin key that cannot be sent in a header.
    #[error("the admin key must be 1 to 1024 visible ASCII characters without spaces")]
    AdminKey,
}

fn bracketed(address: &SocketAddr) -> String {
    match address {
        SocketAddr::V4(v4) => v4.ip().to_string(),
        SocketAddr::V6(v6) => format!("[{}]", v6.ip()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_is_named_with_the_way_out() {
        let text = Error::Taken { address: ([127, 0, 0, 1], 8080).into() }.to_string();
        assert!(text.starts_with("port 8080 on 127.0.0.1 is taken"), "{text}");
        assert!(text.contains("--listen 127.0.0.1:8081"), "{text}");
    }
}
