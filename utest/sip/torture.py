"""SIP messages of the kinds that RFC 4475 tortures parsers with, written for this project.

`torture` gives them by name, as bytes for the wire: requests to one URI and responses, right ones
of unusual form, wrong ones, and some that are no SIP at all. Each has a Call-ID of its own unless
that is what is wrong with it.
"""

from collections.abc import Iterator

#: Longer than any buffer of a careless parser, shorter than a datagram.
_LONG = 7000
_MANY = 150

_SDP = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
    "m=audio 49170 RTP/AVP 0 8\r\na=sendrecv\r\n"
)
_HEADERS = ("Via", "From", "To", "Call-ID", "CSeq", "Max-Forwards", "Contact", "Content-Length")

#: Start lines of requests; {} is the URI (RFC 4475, 3.1.1 and 3.1.2).
_REQUEST_LINES = {
    "odd method": "!interesting-Method0123456789_*+`.%indeed'~ {} SIP/2.0",
    "escaped method": "RE%47IST%45R {} SIP/2.0",
    "lower case method": "invite {} SIP/2.0",
    "long method": "A" * _LONG + " {} SIP/2.0",
    "no method": " {} SIP/2.0",
    "no uri": "INVITE SIP/2.0",
    "no version": "INVITE {}",
    "version 7": "INVITE {} SIP/7.0",
    "version of http": "INVITE {} HTTP/1.1",
    "lower case version": "INVITE {} sip/2.0",
    "overgrown version": "INVITE {} SIP/2." + "0" * 200,
    "two spaces": "INVITE  {}  SIP/2.0",
    "a tab": "INVITE\t{}\tSIP/2.0",
    "a trailing space": "INVITE {} SIP/2.0 ",
    "uri in angle brackets": "INVITE <{}> SIP/2.0",
    "space in the uri": "INVITE {} ;lr SIP/2.0",
    "headers in the uri": "INVITE {}?Route=%3Csip:a%3E SIP/2.0",
    "escaped headers in the uri": "INVITE {}?%0D%0AX-Injected:%201 SIP/2.0",
    "unknown scheme": "OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0",
    "urn": "OPTIONS urn:service:sos SIP/2.0",
    "unknown at http": "OPTIONS http://127.0.0.1/ SIP/2.0",
    "escaped nulls": "REGISTER sip:null-%00-null@127.0.0.1 SIP/2.0",
    "escaped user": "INVITE sip:sips%3Auser%40example.com@127.0.0.1 SIP/2.0",
    "semicolons in the user": "OPTIONS sip:user;par=u%40example.net@127.0.0.1 SIP/2.0",
    "password in the user": "INVITE sip:bob:w3ird!*pas$wo~d@127.0.0.1 SIP/2.0",
    "percent format": "INVITE sip:%n%s%x%d@127.0.0.1 SIP/2.0",
    "huge port": "INVITE sip:bob@127.0.0.1:99999999999 SIP/2.0",
    "negative port": "INVITE sip:bob@127.0.0.1:-1 SIP/2.0",
    "open ipv6": "INVITE sip:bob@[::1 SIP/2.0",
    "long uri": "INVITE sip:" + "u" * _LONG + "@127.0.0.1 SIP/2.0",
    "many parameters": "INVITE {}" + ";p=1" * _MANY + " SIP/2.0",
    "not utf-8": "INVITE sip:\udcff\udcfe@127.0.0.1 SIP/2.0",
    "a null": "INVITE {}\0 SIP/2.0",
    "empty": "",
}  # fmt: skip

_STATUS_LINES = {
    "no reason": "SIP/2.0 200 ",
    "no space after the status": "SIP/2.0 200",
    "reason in cyrillic": "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять",
    "reason with percent format": "SIP/2.0 486 %s%n%x Busy",
    "reason of percent formats": "SIP/2.0 486 %s%s%s%s%s%s",  # baresip 1.0 dies of it
    "reason with markup": "SIP/2.0 486 <script>alert(1)</script>",
    "reason with an escape": "SIP/2.0 486 \x1b[31mBusy\x1b[;m",
    "reason in stars": "SIP/2.0 486 *HTML* Busy",
    "long reason": "SIP/2.0 486 " + "b" * _LONG,
    "reason not utf-8": "SIP/2.0 486 \udcff\udc80",
    "big status": "SIP/2.0 4294967301 better not break the receiver",
    "status 000": "SIP/2.0 000 Nothing",
    "status 099": "SIP/2.0 099 Low",
    "status 700": "SIP/2.0 700 High",
    "status 999": "SIP/2.0 999 Higher",
    "negative status": "SIP/2.0 -200 OK",
    "status in words": "SIP/2.0 two-hundred OK",
    "status in other digits": "SIP/2.0 ٢٠٠ OK",
    "version 7": "SIP/7.0 200 OK",
    "no version": "200 OK",
}  # fmt: skip

#: What can be wrong with any header; {name} and {value} are its own, None leaves it out.
_HEADER_FORMS = {
    "missing": None,
    "empty": "{name}:",
    "upper case, spaced": "{NAME}  \t :   \t{value}",
    "folded": "{name}:\r\n \t\r\n  {value}",
    "twice": "{name}: {value}\r\n{name}: {value}",
    "no colon": "{name} {value}",
    "long": "{name}: {value};x=" + "y" * _LONG,
    "many": "\r\n".join(["{name}: {value}"] * _MANY),
    "garbage": "{name}: @@@ ;;; ,,, <<< \"",
    "unterminated quote": '{name}: "Mr. J. User <sip:j@127.0.0.1>;tag=1',
    "huge number": "{name}: " + "9" * 5000 + " INVITE",
    "negative number": "{name}: -999 INVITE",
    "nulls": "{name}: \0\0{value}\0",
    "not utf-8": "{name}: \udcff\udcfe{value}",
}  # fmt: skip

_VALUES = {
    "via of unknown transport": ("Via", "SIP/2.0/UNKNOWN 127.0.0.1:5070;branch=z9hG4bK1"),
    "via with spaces": ("Via", "SIP  / 2.0\r\n /UDP\r\n    127.0.0.1:5070;branch=\r\n z9hG4bK1"),
    "via with an empty branch": ("Via", "SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK"),
    "via without a branch": ("Via", "SIP/2.0/UDP 127.0.0.1:5070"),
    "via of many hops": ("Via", ", ".join(["SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1"] * 70)),
    "from with escapes": ("From", '"J Rosenberg \\\\\\"" <sip:j@127.0.0.1>;tag=98asjd8'),
    "from without quotes": ("From", "Bell, Alexander <sip:a.g.bell@127.0.0.1>;tag=43"),
    "from without brackets": ("From", "sip:j@127.0.0.1?Route=%3Csip:a%3E;tag=1"),
    "from with space in brackets": ("From", "<  sip:j@127.0.0.1  >;tag=1"),
    "from with a null escaped": ("From", "<sip:null-%00-null@127.0.0.1>;tag=1"),
    "from of markup": ("From", "\"<img src=x onerror=alert(1)>\" <sip:'\"&@127.0.0.1>;tag=1"),
    "from of percent formats": ("From", "<sip:%H%s%s%s@127.0.0.1>;tag=1"),  # and of this
    "from that reorders": ("From", '"\u202eevil\u202c" <sip:j@127.0.0.1>;tag=1'),
    "to with a tag": ("To", "<sip:bob@127.0.0.1>;tag=nobody-knows-this-dialog"),
    "to of unknown scheme": ("To", "<isbn:2983792873>"),
    "cseq of another method": ("CSeq", "8 OPTIONS"),
    "cseq too large": ("CSeq", "36893488147419103232 INVITE"),
    "cseq with zeros": ("CSeq", "0000009\r\n INVITE"),
    "max-forwards of zero": ("Max-Forwards", "0"),
    "max-forwards too large": ("Max-Forwards", "300"),
    "length too large": ("Content-Length", "9999"),
    "length too small": ("Content-Length", "1"),
    "length of many digits": ("Content-Length", "1" * 5000),
    "contact of stars": ("Contact", "*"),
    "contact that is unknown": ("Contact", "<name:John_Smith>"),
    "contact with quotes": ("Contact", "\"Quoted string \\\"\\\"\" <sip:j@127.0.0.1>;x"),
    "call-id of quotes": ("Call-ID", "\"intmeth\".word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"),
}  # fmt: skip

_EXTRAS = {
    "unknown extension required": "Require: nothingSupportsThis, nothingSupportsThisEither",
    "unknown proxy extension": "Proxy-Require: noProxiesSupportThis",
    "unknown authorization": "Authorization: NoOneKnowsThisScheme opaque-data=here",
    "digest without a closing quote": 'Authorization: Digest response="0123456789abcdef',
    "two contents": "Content-Type: text/plain\r\nContent-Length: 5",
    "unknown content": "Content-Type: application/unknownformat",
    "parameters without a type": "Content-Type: ;;,;",
    "encoded content": "Content-Encoding: gzip",
    "bad date": "Date: Fri, 01 Jan 2010 16:00:00 EST",
    "broadcast via": "Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1",
    "replaces nothing": "Replaces: nobody@127.0.0.1;to-tag=1;from-tag=2",
    "bad replaces": "Replaces: ;;;to-tag",
    "bad refer-to": "Refer-To: <sip:a?Replaces=%",
    "many headers": "\r\n".join(f"X-Header-{number}: {number}" for number in range(_MANY)),
    "long header name": "X-" + "n" * _LONG + ": 1",
    "header without a name": ": nobody",
    "header of spaces": "   : nobody",
    "markup in a header": "X-Trace-Id: <script>alert(1)</script>",
    "bare line feeds": "X-One: 1\nX-Two: 2",
    "bare carriage returns": "X-One: 1\rX-Two: 2",
}  # fmt: skip

_BODIES = {
    "no version": "o=- 1 1 IN IP4 127.0.0.1",
    "only a version": "v=0\r\n",
    "no address": _SDP.replace("c=IN IP4 127.0.0.1\r\n", ""),
    "address of zeros": _SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 0.0.0.0"),
    "address of none": _SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 no.such.host.invalid"),
    "broadcast address": _SDP.replace("c=IN IP4 127.0.0.1", "c=IN IP4 255.255.255.255"),
    "no media": _SDP.partition("m=")[0],
    "port of zero": _SDP.replace("49170", "0"),
    "port too large": _SDP.replace("49170", "4917000"),
    "port of words": _SDP.replace("49170", "port"),
    "no format": _SDP.replace(" 0 8", ""),
    "format of words": _SDP.replace(" 0 8", " many"),
    "many formats": _SDP.replace(" 0 8", "".join(f" {number}" for number in range(128))),
    "two directions": _SDP + "a=sendonly\r\na=inactive\r\n",
    "unknown protocol": _SDP.replace("RTP/AVP", "QRTP/XYZ"),
    "encryption without a key": _SDP.replace("AVP", "SAVP") + "a=crypto:1 AES_CM_128 inline:\r\n",
    "many streams": _SDP + "m=video 0 RTP/AVP 99\r\n" * _MANY,
    "rtpmap of none": _SDP + "a=rtpmap:0\r\na=rtpmap: x/y\r\na=rtpmap:999 /\r\n",
    "rtpmap of rate zero": _SDP + "a=rtpmap:0 PCMU/0\r\n",
    "ptime of words": _SDP + "a=ptime:soon\r\na=ptime:0\r\na=ptime:-20\r\n",
    "long attribute": _SDP + "a=" + "x" * _LONG + "\r\n",
    "bare line feeds": _SDP.replace("\r\n", "\n"),
    "nulls": _SDP + "\0" * 100,
    "not utf-8": _SDP + "a=\udcff\udcfe\r\n",
    "multipart that never ends": "--b\r\nContent-Type: application/sdp\r\n\r\n" + _SDP,
}  # fmt: skip

_NO_SIP = {
    "nothing": "",
    "a null": "\0",
    "a keep-alive": "\r\n\r\n",
    "spaces": " " * 500,
    "leading lines": "\r\n\r\nOPTIONS {} SIP/2.0\r\n\r\n",
    "only a start line": "INVITE {} SIP/2.0",
    "no empty line": "INVITE {} SIP/2.0\r\nCall-ID: x",
    "http": "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a stun request": "\0\1\0\0\x21\x12\udca4\x42" + "\1" * 12,
    "rtp": "\udc80\0\0\1" + "\x7f" * 168,
    "capitals": "A" * _LONG,
    "colons": ":" * _LONG,
    "line feeds": "\n" * _LONG,
    "quotes": '"' * _LONG,
    "two messages": "OPTIONS {0} SIP/2.0\r\n\r\nOPTIONS {0} SIP/2.0\r\n\r\n",
}


def torture(uri: str = "sip:bob@127.0.0.1", host: str = "127.0.0.1:5070") -> dict[str, bytes]:
    """The messages by name. Requests are for `uri`; answers are wanted at `host`."""
    texts: dict[str, str] = {}
    for name, text in _all(uri, host):
        assert name not in texts, name
        texts[name] = text
    return {name: text.encode(errors="surrogateescape") for name, text in texts.items()}


def _all(uri: str, host: str) -> Iterator[tuple[str, str]]:
    ok = f"INVITE {uri} SIP/2.0"
    number = iter(range(10_000))

    def message(start: str, headers: dict[str, str | None] | None = None, body: str = _SDP) -> str:
        return _message(start, _usual(host, uri, next(number), body) | (headers or {}), body)

    for name, line in _REQUEST_LINES.items():
        yield f"request line: {name}", message(line.replace("{}", uri))
    for name, line in _STATUS_LINES.items():
        yield f"status line: {name}", message(line)
    for header in _HEADERS:
        for name, form in _HEADER_FORMS.items():
            value = _usual(host, uri, next(number), _SDP)[header].partition(": ")[2]
            line = form and form.replace("{name}", header).replace("{NAME}", header.upper())
            yield (
                f"{header}: {name}",
                message(ok, {header: line and line.replace("{value}", value)}),
            )
    for name, (header, value) in _VALUES.items():
        yield f"value: {name}", message(ok, {header: f"{header}: {value}"})
    for name, line in _EXTRAS.items():
        yield f"header: {name}", message(ok, {"": line})
    for name, body in _BODIES.items():
        yield f"body: {name}", message(ok, body=body)
    for name, text in _NO_SIP.items():
        yield f"no sip: {name}", text.replace("{0}", uri).replace("{}", uri)


def _usual(host: str, uri: str, number: int, body: str) -> dict[str, str]:
    size = len(body.encode(errors="surrogateescape"))
    return {
        "Via": f"Via: SIP/2.0/UDP {host};branch=z9hG4bK-torture-{number}",
        "From": f'From: "Torturer" <sip:torturer@{host}>;tag=t{number}',
        "To": f"To: <{uri}>",
        "Call-ID": f"Call-ID: torture-{number}@{host}",
        "CSeq": "CSeq: 1 INVITE",
        "Max-Forwards": "Max-Forwards: 70",
        "Contact": f"Contact: <sip:torturer@{host}>",
        "Content-Type": "Content-Type: application/sdp",
        "Content-Length": f"Content-Length: {size}",
    }


def _filled(form: str, words: dict[str, str]) -> str:
    for place, word in words.items():
        form = form.replace(place, word)
    return form


def _message(start: str, headers: dict[str, str | None], body: str) -> str:
    return "\r\n".join([start, *filter(None, headers.values())]) + f"\r\n\r\n{body}"
