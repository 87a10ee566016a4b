*** Settings ***
Documentation       Who calls, and who is called: numbers and names as they stand in URIs of all kinds.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/names_scenarios.py


*** Test Cases ***
The Number Of Who Calls
    [Template]    Number Should Be
    <sip:+4915550100@127.0.0.1;user\=phone>                       +4915550100
    <tel:+49-155-50100>                                           +49-155-50100
    <tel:0155;phone-context\=+49>                                 0155
    <sip:+4915550100;npdi;rn\=+4930@127.0.0.1;user\=phone>        +4915550100
    <sip:*31%23123456@127.0.0.1>                                  *31#123456
    <sip:j%40ne@127.0.0.1>                                        j@ne
    <sips:100@127.0.0.1>                                          100
    "Doe, <Jane>" <SIP:Jane@127.0.0.1>                            Jane
    <sip:100@[2001:db8::1]:5070>                                  100
    sip:100@127.0.0.1                                             100
    <sip:127.0.0.1>                                               ${EMPTY}

What Is Dialled Travels As It Must
    [Template]    Request Uri Should Be
    *31#123              *31%23123
    #21#                 %2321%23
    +4915550100          +4915550100
    conf                 conf
    echo-test            echo-test
    sip:*31#1@HOST       *31%231
    sip:*31%231@HOST     *31%231
    sip:a;b\=c@HOST      a;b\=c

A Name That Nobody In The Suite Has Is An Extension Only In A Domain
    Start Agent    alice
    Run Keyword And Expect Error    *'conf' is neither an agent, a SIP URI*
    ...    Dial    alice    conf
    Start Agent    carol    1001    127.0.0.1:9    regint=0
    FOR    ${target}    IN    front desk    a/b    a@b    ${EMPTY}
        Run Keyword And Expect Error    *'${target}' is neither an agent, a SIP URI*
        ...    Dial    carol    ${target}
    END

A Sips Uri Is Refused In A Sentence That Says What To Dial
    Start Agent    alice
    Run Keyword And Expect Error
    ...    *alice cannot dial sips:bob@127.0.0.1:5061: *to call over TLS, dial sip:bob@127.0.0.1:5061;transport=tls.
    ...    Dial    alice    sips:bob@127.0.0.1:5061
    Get State    alice    ==    IDLE

No Message Points Into Examples Of Another Project
    Start Agent    alice    address=127.0.0.1
    ${told} =    Run Keyword And Expect Error    *    Dial    alice    sip:bob@[2001:db8::1]
    Should Not Contain    ${told}    examples
    Should Contain    ${told}    sip:bob@[2001:db8::1]


*** Keywords ***
Number Should Be
    [Arguments]    ${origin}    ${number}
    ${bob} =    Start Agent    bob
    ${peer} =    Start Peer    calls_as    ${bob.uri}    ${origin}
    Wait Until State Is    bob    RINGING
    Get Peer Number    bob    ==    ${number}
    ${peer_of_bob} =    Get Peer    bob
    Should Be Equal    ${peer_of_bob.number}    ${number}
    Let Peer Go On    ${peer}
    Wait Until State Is    bob    IDLE
    Peer Should Have Finished    ${peer}
    Stop Agent    bob

Request Uri Should Be
    [Arguments]    ${target}    ${user}
    ${peer} =    Start Peer    is_dialled
    Start Agent    alice    1001    ${peer.host}    regint=0
    ${target} =    Evaluate    $target.replace("HOST", $peer.host)
    Dial    alice    ${target}
    Wait Until State Is    alice    IDLE
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be Equal    ${result}[uri]    sip:${user}@${peer.host}
    Should Contain    ${result}[to]    sip:${user}@${peer.host}
    Stop Agent    alice
