# SPDX-License-Identifier: BSD-2-Clause
"""A small VNC client: enough to come in and to type."""

import socket
import struct

NONE = 1
VENCRYPT = 19
PLAIN = 256


def receive(sock, size):
    data = b""
    while len(data) < size:
        more = sock.recv(size - len(data))
        if not more:
            raise EOFError(f"the server ended the connection after {data!r}")
        data += more
    return data


class Client:
    """A connection from the address source; the first security type is named by secure."""

    def __init__(self, address, port, source):
        self.sock = socket.create_connection((address, port), 10, (source, 0))
        receive(self.sock, 12)
        self.sock.sendall(b"RFB 003.008\n")

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.sock.close()

    def choose(self, kind):
        count = receive(self.sock, 1)[0]
        kinds = receive(self.sock, count)
        assert kind in kinds, f"the server offers {list(kinds)}"
        self.sock.sendall(bytes([kind]))

    def login_plain(self, user, password):
        """VeNCrypt's Plain: a name and a password."""
        self.choose(VENCRYPT)
        receive(self.sock, 2)
        self.sock.sendall(b"\0\2")
        receive(self.sock, 1)
        count = receive(self.sock, 1)[0]
        assert PLAIN in struct.unpack(f">{count}I", receive(self.sock, 4 * count))
        self.sock.sendall(struct.pack(">I", PLAIN))
        user, password = user.encode(), password.encode()
        self.sock.sendall(struct.pack(">II", len(user), len(password)) + user + password)

    def begin(self):
        """After the security type: the client's half of the start."""
        result = receive(self.sock, 4)
        assert result == b"\0\0\0\0", "the server refuses"
        self.sock.sendall(b"\1")
        head = receive(self.sock, 24)
        receive(self.sock, struct.unpack(">I", head[20:])[0])

    def type(self, text):
        for symbol in [ord(c) for c in text] + [0xFF0D]:
            for down in (1, 0):
                self.sock.sendall(struct.pack(">BBHI", 4, down, 0, symbol))
