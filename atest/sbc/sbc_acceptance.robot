*** Settings ***
Documentation       What an SBC between phones and a trunk has to do, as its tester would write it down.
Resource            sbc.resource
Suite Setup         Start SBC
Suite Teardown      Stop Server
Test Setup          Start Phones
Test Teardown       End Test


*** Test Cases ***
A Call Through The SBC Is Heard On Both Sides
    Dial    alice    bob
    Accept    bob
    Verify Audio Connection    alice    bob

One INVITE Reaches The Phone
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Get Sip Message Count    bob    received INVITE    ==    1

The SBC Stays In The Path
    Dial    alice    bob
    Accept    bob
    Get Header    bob    Record-Route    *=    ${SBC.domain}
    Get Header    bob    Max-Forwards    ==    69
    Get Header    bob    Via    *=    ${SBC.domain}    of=received ACK    timeout=5s
    Hang Up    alice
    Get Header    bob    Via    *=    ${SBC.domain}    of=received BYE    timeout=5s

The SBC Asserts Who Calls
    Dial    alice    bob
    Accept    bob
    Get Peer Number    bob    ==    +4930alice    source=asserted

An Anonymous Call Hides The Number
    Needs    INVITE_HEADERS
    Dial    alice    bob    headers=${{{'Privacy': 'id'}}}
    Accept    bob
    Get Peer Number    bob    ==    anonymous
    ${invite} =    Get Sip Message    bob    received INVITE
    Should Not Contain    ${invite.text}    alice
    Wait Until State Is    alice    ESTABLISHED
    Hang Up    bob
    Wait Until State Is    alice    IDLE

The SBC Passes The Early Media Of The Trunk
    ${trunk} =    Start Peer    announces
    Dial    alice    ${trunk.uri}
    Verify Audio    alice    440 Hz
    Get Sip Message Count    alice    183 INVITE    ==    1
    Get Sip Message Count    alice    200 INVITE    ==    0
    Let Peer Go On    ${trunk}
    Wait Until State Is    alice    ESTABLISHED

The 200 Carries P-Asserted-Identity
    ${trunk} =    Start Peer    answers    P-Asserted-Identity: "Hotline" <sip:+4930100@trunk.example>
    Dial    alice    ${trunk.uri}
    Wait Until State Is    alice    ESTABLISHED
    Get Header    alice    P-Asserted-Identity    *=    sip:+4930100@    of=200 INVITE
    Get Peer Number    alice    ==    +4930100    source=connected

The Codec Of The Trunk Is Agreed
    ${trunk} =    Start Peer    answers    formats=8 101
    Dial    alice    ${trunk.uri}
    Wait Until State Is    alice    ESTABLISHED
    Get Codec    alice    ==    PCMA/8000

The Trunk's Number Is Shown
    Start Peer    calls    sip:bob@${SBC.domain}    P-Preferred-Identity: <sip:7@trunk.example>    origin=<sip:+4940200@trunk.example>
    Accept    bob
    Get Peer Number    bob    ==    +4940200
    Get Header    bob    P-Asserted-Identity    ==    ${None}
    Get Header    bob    P-Preferred-Identity    ==    ${None}
    Wait Until State Is    bob    ESTABLISHED

The BYE Says Why
    ${trunk} =    Start Peer    hangs_up    Reason: Q.850;cause\=16;text\="Normal call clearing"
    Dial    alice    ${trunk.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${trunk}
    Get Header    alice    Reason    *=    cause=16    of=received BYE    timeout=5s

A Refusal Of The Trunk Reaches The Phone With Its Headers
    ${trunk} =    Start Peer    refuses    480    Temporarily Unavailable    Retry-After: 30
    Dial    alice    ${trunk.uri}
    Get Status Code    alice    ==    480    timeout=5s
    Get Header    alice    Retry-After    ==    30    of=480 INVITE

A Busy Phone Is 486 Without A 180
    Needs    NO_RINGING
    When Called    bob    reject    486    Busy Here    ringing=False
    Dial    alice    bob
    Get Status Code    alice    ==    486    timeout=5s
    Get Sip Message Count    alice    180 INVITE    ==    0

A Number Of Nobody Is 404
    Dial    alice    4711
    Get Status Code    alice    ==    404    timeout=5s

A 302 Is Not Passed On
    Needs    REDIRECT
    When Called    bob    deflect    sip:carol@${SBC.domain}
    Dial    alice    bob
    Accept    carol
    Wait Until State Is    alice    ESTABLISHED
    Get Sip Message Count    alice    302    ==    0

Every Phone Of A Number Rings
    Start Phone    desk    number=bob
    Dial    alice    sip:bob@${SBC.domain}
    Wait Until State Is    bob    RINGING
    Wait Until State Is    desk    RINGING

The Other Phones Stop When One Answers
    Start Phone    desk    number=bob
    Dial    alice    sip:bob@${SBC.domain}
    Wait Until State Is    bob    RINGING
    Accept    desk
    Wait Until Sip Message    bob    received CANCEL
    Wait Until State Is    bob    IDLE

A Hunt Group Goes On To The Next Phone
    Dial    alice    hunt
    ${first} =    Wait Until Any Rings    bob    carol
    Should Be Equal    ${first.name}    carol
    Should Not Be Called    bob    500ms
    Reject    carol
    ${next} =    Wait Until Any Rings    bob    carol
    Should Be Equal    ${next.name}    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED

A Caller Who Gives Up Is Cancelled At The Phone
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Hang Up    alice
    Wait Until Sip Message    bob    received CANCEL
    Get Sip Message Count    alice    487 INVITE    ==    1    timeout=5s

A Phone May Ring For Seconds
    When Called    bob    accept    after=2s
    Dial    alice    bob
    Wait Until State Is    alice    ESTABLISHED
    Get Call Timing    bob    ring_time    >=    1.9    timeout=3s

A Hold Reaches The Other Side
    Connect    alice    bob
    Hold    alice
    ${hold} =    Wait Until Sip Message    bob    received re-INVITE
    Should Contain    ${hold.body}    a=sendonly

A Re-INVITE Without SDP Is Answered
    ${trunk} =    Start Peer    asks_for_an_offer
    Dial    alice    ${trunk.uri}
    Wait Until State Is    alice    ESTABLISHED
    Let Peer Go On    ${trunk}
    Wait Until Peer Waits    ${trunk}
    Should Be Equal    ${trunk.result}[status]    ${200}
    Should Contain    ${trunk.result}[offer]    m=audio
    Let Peer Go On    ${trunk}

A Digit Arrives Once
    Connect    alice    bob
    Send Dtmf    alice    5
    Wait Until Dtmf Received    bob    5
    Hang Up    alice
    Get Received Dtmf    bob    ==    5

No Packet Is Lost
    Needs    SEE_RTP
    Connect    alice    bob
    Verify Audio Connection    alice    bob
    Get Rtp Statistics    bob    lost    ==    0
    Get Rtp Statistics    bob    payload_types    ==    0

Encrypted Calls Stay Encrypted
    Start Phone    dora    media_enc=srtp-mand
    Start Phone    emil    media_enc=srtp-mand
    Connect    dora    emil
    Get Media Encryption    emil    ==    srtp
    Verify Audio Connection    dora    emil

A Lamp Goes Red And Off
    Needs    SUBSCRIBE
    Subscribe    alice    dialog    bob
    Connect    carol    bob
    Get Notification    alice    dialog    ==    busy    timeout=5s
    Hang Up    carol
    Get Notification    alice    dialog    ==    idle    timeout=5s

A Message Arrives
    Needs    SEND_MESSAGE    RECEIVE_MESSAGE
    Send Message    alice    bob    Grüße aus Köln
    Wait Until Message Received    bob    Grüße aus Köln

The Options Ping Is Answered
    Needs    SEND_OPTIONS
    ${answer} =    Send Options    alice    sip:ping@${SBC.domain}    ==    200
    Should Be True    ${answer.round_trip} < 2

The Next Proxy Is Used
    ${dead} =    Start Peer    is_dead
    VAR    @{proxies}    ${dead.host}    ${SBC.domain}
    Start Agent    dora    dora    ${SBC.domain}    outbound=${proxies}    outbound_timeout=4s
    Register    dora
    Connect    dora    bob
    ${info} =    Get Info    dora
    Should Be Equal    ${info.outbound}    sip:${SBC.domain}
    Let Peer Go On    ${dead}
