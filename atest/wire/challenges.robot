*** Settings ***
Documentation       A BYE, an INFO or a REFER that is challenged in the middle of a call is answered with credentials,
...                 or reported with its 407.
Resource            wire.resource
Library             ../resources/ScriptedPeer.py    ${CURDIR}/challenges_scenarios.py
Library             ../resources/Logged.py


*** Test Cases ***
A Bye That Is Challenged For The First Time
    ${peer} =    Be In A Call    challenges_bye    ${False}
    Hang Up    alice
    Wait Until State Is    alice    IDLE
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    ${result}[answered]
    Get Reason    alice    ==    hung up by this agent

A Bye That Is Challenged With Another Nonce
    FOR    ${stale}    IN    ${EMPTY}    stale\=true
        ${peer} =    Be In A Call    challenges_bye    ${True}    ${stale}
        Hang Up    alice
        ${result} =    Peer Should Have Finished    ${peer}
        ${able} =    Can    ANSWER_NEW_CHALLENGES
        IF    ${able} or $stale
            Should Be True    ${result}[answered]
            Should Be Equal As Integers    ${result}[step]    1
        ELSE
            Should Not Be True    ${result}[answered]
            It Should Be Reported    BYE REFUSED: 407 Proxy Authentication Required
        END
        Stop Agent    alice
    END

A Bye Is Answered For Although The Agent Is Stopped At Once
    Needs    ANSWER_NEW_CHALLENGES
    ${peer} =    Be In A Call    challenges_bye    ${True}
    Hang Up    alice
    Stop Agent    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    ${result}[answered]

A Bye Whose Credentials Are Not Taken Is Reported
    ${peer} =    Be In A Call    challenges_bye_for_ever
    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    ${result}[byes] <= 2
    It Should Be Reported    BYE REFUSED: 407 Proxy Authentication Required

An Info That Is Challenged With Another Nonce
    Needs    DTMF_INFO
    FOR    ${challenged}    IN    ${False}    ${True}
        ${peer} =    Be In A Call    challenges_info    ${challenged}    dtmf_mode=info
        Send Dtmf    alice    5
        Hang Up    alice
        ${result} =    Peer Should Have Finished    ${peer}
        ${able} =    Can    ANSWER_NEW_CHALLENGES
        IF    ${able} or not ${challenged}
            Should Be True    ${result}[answered]
            Should Be True    ${result}[same]
        ELSE
            Should Not Be True    ${result}[answered]
            It Should Be Reported    INFO REFUSED: 407 Proxy Authentication Required
        END
        Should Be True    ${result}[rising]
        Stop Agent    alice
    END

A Refer That Is Challenged With Another Nonce
    ${peer} =    Be In A Call    challenges_refer
    ${told} =    Run Keyword And Expect Error    *    Transfer    alice    sip:carol@127.0.0.1:9
    Run Keyword And Ignore Error    Hang Up    alice
    ${result} =    Peer Should Have Finished    ${peer}
    Should Be True    ${result}[answered]
    Should Contain    ${told}    603 Decline


*** Keywords ***
Be In A Call
    [Documentation]    Alice, who has credentials, calls a peer that runs.
    [Arguments]    ${scenario}    @{arguments}    &{account}
    ${peer} =    Start Peer    ${scenario}    @{arguments}
    Start Agent    alice    1001    ${peer.host}    secret    regint=0    &{account}
    Dial    alice    ${peer.uri}
    Wait Until State Is    alice    ESTABLISHED
    RETURN    ${peer}

It Should Be Reported
    [Arguments]    ${words}
    Get State    alice    ==    IDLE    timeout=1s
    The Log Should Have Said    *${words}*
