"""SIP text: URIs and messages, as RFC 3261 writes them."""
