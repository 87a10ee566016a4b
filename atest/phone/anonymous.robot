*** Settings ***
Documentation       Anonymous calls (RFC 3323): the From names nobody, and the privacy is asked for.
Resource            phone.resource
Test Setup          Needs    ANONYMOUS_CALLS


*** Test Cases ***
The Callee Does Not Learn Who Calls
    Start Agent    alice    display_name=Alice Liddell
    Start Agent    bob
    Dial    alice    bob    anonymous=True
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Wait Until State Is    bob    ESTABLISHED
    Get Header    bob    From    ^=    "Anonymous" <sip:anonymous@anonymous.invalid>
    Get Header    bob    Privacy    ==    id
    Get Header    bob    P-Preferred-Identity    ==    ${None}
    ${peer} =    Get Peer    bob
    Should Be True    ${peer.anonymous}
    Should Be Equal    ${peer.privacy}    ${{('id',)}}
    ${message} =    Get Sip Message    bob    received INVITE
    Should Not Contain    ${message.body}    alice
    Should Not Contain    ${message.headers}[Contact][0]    alice
    Verify Audio Connection    alice    bob
    Hold    alice
    Resume    alice
    Hang Up    bob
    Wait Until State Is    alice    IDLE

The Next Call Names The Caller Again
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob    anonymous=True
    Accept    bob
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Get Peer Number    bob    ==    alice
    Get Header    bob    Privacy    ==    ${None}
    Hang Up    alice
    Wait Until State Is    bob    IDLE
    Dial    bob    alice
    Accept    alice
    Wait Until State Is    bob    ESTABLISHED

Headers Of The Suite Take Their Place
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob    anonymous=True    headers=${{{'privacy': 'id;critical', 'X-Why': 'test'}}}
    Wait Until State Is    bob    RINGING
    ${peer} =    Get Peer    bob
    Should Be Equal    ${peer.privacy}    ${{('id', 'critical')}}
    Get Header    bob    X-Why    ==    test

Several Proxies And A Late Offer Are Refused
    Start Agent    alice    outbound=${{['127.0.0.1:9', '127.0.0.1:7']}}
    Run Keyword And Expect Error
    ...    alice cannot call anonymously with several outbound proxies: give it one.
    ...    Dial    alice    sip:bob@127.0.0.1:9    anonymous=True
    Run Keyword And Expect Error    Dial takes offer=False or anonymous=True, not both.
    ...    Dial    alice    sip:bob@127.0.0.1:9    anonymous=True    offer=False
