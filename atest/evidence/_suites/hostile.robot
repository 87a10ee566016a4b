*** Settings ***
Documentation       Input that is meant to run in the log, from everywhere that input comes from. It fails.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    timeout=5s
Library             ../Hostile.py


*** Variables ***
${NAME}     <script>window.hostileInputRan=1</script></td></div><b>


*** Test Cases ***
Called From Hostile Places
    [Documentation]    Display name, headers, and the agent's own name.
    ${victim} =    Start Agent    victim
    Start Agent    ${NAME}    somebody    127.0.0.1    regint=0
    Invite With Hostile Headers    ${victim}
    Accept    victim
    Get Header    victim    X-Hostile    contains    hostileInputRan
    Fail    ${NAME}

Refused In Hostile Words
    Start Agent    alice
    ${uri} =    Answer With A Hostile Reason
    Dial    alice    ${uri}
    Wait Until State Is    alice    ESTABLISHED

A Very Long Name
    Start Agent    ${{'<i>x' * 25000}}    somebody    127.0.0.1    regint=0
    ${victim} =    Start Agent    victim
    Dial    ${{'<i>x' * 25000}}    ${victim.uri}
    Wait Until State Is    victim    RINGING
    Wait Until State Is    victim    ESTABLISHED
