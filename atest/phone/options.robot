*** Settings ***
Documentation       OPTIONS: the status, the headers and the round trip of the answer.
Resource            phone.resource
Library             ../resources/Lateness.py


*** Test Cases ***
An Agent Answers 200 And Says What It Allows
    Start Agent    alice
    Start Agent    bob
    ${answer} =    Send Options    alice    bob    ==    200
    Should Be Equal    ${answer.reason}    OK
    Should Contain    ${answer.headers}[Allow][0]    INVITE
    Should Be Empty    ${{[name for name in $answer.headers if not name[:1].isupper()]}}
    Should Be True    0 < ${answer.round_trip} < 5

The Status Is Checked
    Start Agent    alice
    ${bob} =    Start Agent    bob
    Run Keyword And Expect Error    The status with which ${bob.uri} answered the OPTIONS '200' (int) should be '404' (int)
    ...    Send Options    alice    bob    ==    404
    Run Keyword And Expect Error    not free
    ...    Send Options    alice    bob    >=    300    message=not free
    ${answer} =    Send Options    alice    bob    <    300
    Should Be Equal As Integers    ${answer.status}    200

No Answer Is A Failure
    [Documentation]    Of a port that no agent has: that of one which has stopped may be another's soon.
    Start Agent    alice
    Run Keyword And Expect Error    alice got no answer to its OPTIONS to sip:bob@127.0.0.1:9 within 1 s. * never answered the OPTIONS (1 retransmission).
    ...    Send Options    alice    sip:bob@127.0.0.1:9    timeout=1s

Nothing Listens Over TCP
    Start Agent    alice    transport=tcp
    ${bob} =    Start Agent    bob    transport=tcp
    Stop Agent    bob
    ${error} =    Run Keyword And Expect Error    alice sent no OPTIONS to ${bob.uri}*
    ...    Send Options    alice    ${bob.uri}    timeout=1s
    ${embedded} =    Backend Is    embedded
    IF    ${embedded}    Should End With    ${error}    : Connection refused.

Headers Of The Options Are Sent
    Needs    REQUEST_HEADERS
    Start Agent    alice
    Start Agent    bob
    ${answer} =    Send Options    alice    bob    headers=${{{'Accept': 'text/plain'}}}
    Should Not Contain    ${answer.headers}    Content-Type    # no SDP is asked for

During A Call It Is A Request Of Its Own
    Talk
    Send Options    alice    bob    ==    200
    Get State    alice    ==    ESTABLISHED
    Hang Up    alice
