*** Settings ***
Documentation       Keywords that a plugin adds: they take and return what the library's do, and fail like them.
Library             OperatingSystem
Resource            ../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    timeout=5s    plugins=OurPhones.py;${BACKEND};tone=620 Hz
Library             ../resources/ChildRun.py


*** Test Cases ***
A Plugin's Keyword Acts On The Library's Agents
    Call
    ${took} =    Greet    alice    bob
    Should Be True    0 < ${took} < 3
    Hear    bob    620Hz    within=2s

A Failure In A Plugin Is Explained
    Call
    Send Audio    alice    tone:440
    Run Keyword And Expect Error
    ...    bob heard no 1000 Hz tone within 1 s: * of audio arrived, its loudest tone was 440 Hz at *. alice sends tone:440.
    ...    Hear    bob    1 kHz    within=1s

A Failure Of A Plugin's Own Has The Plugin's Words
    Call
    Should Have Been Called 1 Times By    bob
    Run Keyword And Expect Error    bob had 1 calls, not 2.    Should Have Been Called 2 Times By    bob

A Plugin's Getter Asserts And Waits
    Start Agent    alice
    Get Invites    alice    ==    0
    Run Keyword And Expect Error    After 0.2 s, the INVITEs of alice '0' (int) should be '1' (int)
    ...    Get Invites    alice    ==    1    timeout=0.2s
    Run Keyword And Expect Error    Too few    Get Invites    alice    >    2    message=Too few

A Plugin Waits For Events
    Call
    ${count} =    Wait For Calls    bob    1
    Should Be Equal    ${count}    ${1}

Arguments Of A Plugin Are Converted And Checked
    Run Keyword And Expect Error    ValueError: Argument 'tone' got value 'loud' that cannot be converted to Frequency: *
    ...    Hear    alice    loud
    Run Keyword And Expect Error    There is no agent 'alcie'. No agent is running.    Hear    alcie    440 Hz
    Run Keyword And Expect Error    *expected 2 non-named arguments, got 3. Did you mean within=[?]    Hear    alice    440 Hz    withn=1s

A Plugin's Listener Runs Before The Agents End
    Run Suite    ${CURDIR}/_suites/ends.robot
    All Tests Should Have Passed

A Plugin's Backend Runs An Agent
    Start Agent    alice    backend=counting
    Start Agent    bob    backend=Counting    # in any case
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob
    Get Invites    alice    ==    1
    Get Invites    bob    ==    0
    ${info} =    Get Info    alice
    Should Be Equal    ${info.backend}    counting
    Hang Up    alice

An Unregistered Name Is Reported With The Registered Ones
    Run Keyword And Expect Error
    ...    There is no backend 'conting'. Did you mean 'counting'? Backends: auto, embedded, external, counting.
    ...    Start Agent    alice    backend=conting

What Cannot Be A Plugin Is Refused At The Import
    [Template]    Import Should Fail
    The plugin 'no.Such' cannot be imported: ModuleNotFoundError: No module named 'no'    no.Such
    There is no plugin at ${CURDIR}/NoSuch.py*    NoSuch.py
    The plugin 'collections' is a module: name the class in it*    collections
    The plugin 'collections.Counter' is not a plugin: its class does not derive from BaresipLibrary.Plugin.
    ...    collections.Counter
    The plugin 'OurPhones.py' cannot be made: TypeError: *    OurPhones.py;auto;440 Hz;more
    The plugin 'OurPhones.py' cannot have its argument 1: the value holds an equals sign.    OurPhones.py;pin=s3cret==
    There is a backend 'counting' already; choose another name.    OurPhones.py,OurPhones.py

The Ladder Names A Plugin's Step And Its Failure
    [Tags]    once on embedded: the log is written from events that both backends have
    ${run} =    Run Suite    ${CURDIR}/_suites/failing.robot
    Test Should Have Failed    bob heard no 1000 Hz tone within 1 s: *. alice sends tone:620.    Bob Hears Another Tone
    ${log} =    Get File    ${run.output}/output.xml
    Should Contain    ${log}    Hear${SPACE * 4}bob${SPACE * 4}1000 Hz: failed
    Should Contain    ${log}    Greet${SPACE * 4}alice${SPACE * 4}bob


*** Keywords ***
Call
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED

Import Should Fail
    [Arguments]    ${told}    ${plugins}
    Run Keyword And Expect Error    Initializing library 'BaresipLibrary' with arguments * failed: ${told}*
    ...    Import Library    BaresipLibrary    plugins=${plugins}    AS    Refused
