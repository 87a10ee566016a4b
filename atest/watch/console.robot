*** Settings ***
Documentation       What the console tells while a suite runs.
Resource            ../resources/backend.resource
Library             Collections
Library             ../resources/ChildRun.py
Library             Terminal.py


*** Variables ***
${SUITE}    ${CURDIR}/_suites/told.robot
${TIME}     \\d\\d:\\d\\d:\\d\\d\\.\\d\\d\\d


*** Test Cases ***
Calls Are Told Above Robots Own Lines
    ${screen} =    Run At A Terminal    ${SUITE}    --test    A Call
    Call Should Be Told    ${screen}
    ${text} =    Evaluate    "\\n".join($screen)
    Should Match Regexp    ${text}    (?sm)^${TIME} +alice.*^A Call {50,}\\| PASS \\|$
    Agents Should Be Bold    ${True}

Colours Are Left Out Where They Are Not Wanted
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    Run At A Terminal    ${SUITE}    --test    A Call    NO_COLOR=1
    Agents Should Be Bold    ${False}
    Run At A Terminal    ${SUITE}    --test    A Call    --consolecolors    off
    Agents Should Be Bold    ${False}

A Long Keyword Shows What It Waits For And For How Long, And Leaves Nothing
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${screen} =    Run At A Terminal    ${SUITE}    --test    A Long Keyword
    ...    --variable    CONSOLE:progress
    ${seen} =    Get What Was On The Screen
    Should Match Regexp    ${seen}    (?m)^Wait Until State Is {4}alice {4}RINGING {2}5 s$
    ${lines} =    Evaluate    "\\n".join($screen)
    Should Not Contain    ${lines}    Wait Until
    Should Match Regexp    ${lines}    (?m)^A Long Keyword {40,}\\| PASS \\|$

Holds Are Told, And With Whom A Call Is Where An Agent Has Several
    ${run} =    Run Suite    ${SUITE}    --test    A Hold And A Transfer
    VAR    ${text}    ${{$run.console.decode()}}
    FOR    ${agent}    ${words}    IN
    ...    alice    ON HOLD
    ...    bob    HELD by the peer
    ...    alice    RESUMED
    ...    bob    RESUMED by the peer
    ...    bob    TRANSFER to sip:carol@\\S+ requested by the peer( \\(alice\\))?
    ...    bob    ESTABLISHED \\(carol\\)
    ...    alice    CLOSED by transfer: transferred
        Should Match Regexp    ${text}    (?m)^${TIME}${SPACE * 2}${agent}${SPACE * 2}${words}$
    END

Without A Terminal Lines Are Whole And Plain
    ${run} =    Run Suite    ${SUITE}    --test    A Call
    ${lines} =    Evaluate    $run.console.decode().splitlines()
    Call Should Be Told    ${lines}
    Should Not Contain    ${{$run.console.decode()}}    \x1b

Nothing Is Told By Default
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${run} =    Run Suite    ${SUITE}    --test    A Call    --variable    CONSOLE:progress
    ${lines} =    Evaluate    [line for line in $run.console.decode().splitlines() if 'alice' in line]
    Should Be Empty    ${lines}

Another Word Is Refused With Those There Are
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    ${run} =    Run Suite    ${SUITE}    --variable    CONSOLE:loud
    Should Contain    ${{$run.console.decode()}}    Available: 'calls', 'none' and 'progress'


*** Keywords ***
Call Should Be Told
    [Arguments]    ${lines}
    ${text} =    Evaluate    "\\n".join($lines)
    FOR    ${agent}    ${words}    IN
    ...    alice    DIALLED sip:bob@\\S+
    ...    bob    INCOMING from sip:alice@\\S+
    ...    alice    RINGING at the peer
    ...    bob    CLOSED by this agent: rejected
    ...    alice    CLOSED by refusal: 486 [\\w ]+
        Should Match Regexp    ${text}    (?m)^${TIME}${SPACE * 2}${agent}${SPACE * 2}${words}$
    END
