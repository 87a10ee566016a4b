*** Settings ***
Documentation       A first call between two local agents, as the README shows it. Open a test with its +:
...                 below its keywords are its SIP messages, and what each agent heard. Otherwise only
...                 the log of a failed test shows them.
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    evidence=always    recordings=always


*** Test Cases ***
Alice And Bob Hear Each Other
    [Documentation]    Both directions carry a tone at the same time; the peer sees the hang-up.
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob
    Hang Up    bob
    Wait Until State Is    alice    IDLE
    Get Reason    alice    ==    hung up by the peer

A Refused Call Says Why
    [Documentation]    The wait fails at once, in a sentence that says who, what and how long.
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Wait Until State Is    bob    RINGING
    Hang Up    bob
    Run Keyword And Expect Error
    ...    alice is not ESTABLISHED: its call to sip:bob@127.0.0.1:* was refused with 486 * after *
    ...    Wait Until State Is    alice    ESTABLISHED
    Get Status Code    alice    ==    486
