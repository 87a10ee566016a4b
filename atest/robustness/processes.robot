*** Settings ***
Documentation       Phones whose process is killed or held (SIGKILL, SIGSTOP) in each phase of a call.
...
...                 What is asked of such a phone fails and says so, and so does what waits for it on
...                 the other side; that side can end the call. Nothing is left of either phone, and
...                 the next two work. A phone that goes on (SIGCONT) is a phone again.
Resource            robustness.resource
Library             ../servers/Servers.py
Test Teardown       Run Keywords    Stop Server    sipp    AND    The Next Call Works


*** Test Cases ***
Killed While Idle
    Pair
    Kill    bob
    Dial    alice    bob
    Bob Is Dead    Dial    bob    alice
    Alice Says    is not ESTABLISHED*
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=500ms

Killed While Dialling
    Pair
    Dial    bob    sip:nobody@127.0.0.1:9
    Kill    bob
    Bob Is Dead    Hang Up    bob
    Bob Is Dead    Wait Until State Is    bob    ESTABLISHED

Killed While It Rings
    Ring    alice    bob
    Kill    bob
    Bob Is Dead    Accept    bob
    Alice Says    is not ESTABLISHED after 0.5 s: it is RINGING, its call to * has not been answered (* s old).
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=500ms
    Alice Gets Away

The Caller Is Killed While The Phone Rings
    Ring    bob    alice
    Kill    bob
    Accept    alice
    Alice Says    is not ESTABLISHED after 0.5 s: it is RINGING, the call from * has been answered, but not acknowledged (* s old).
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=500ms
    Alice Gets Away

Killed During Early Media
    Hear Early Media    bob
    Kill    bob
    Bob Is Dead    Verify Audio    bob    440 Hz
    Bob Is Dead    Hang Up    bob

Killed While Established
    Talk
    Kill    bob
    Bob Is Dead    Verify Audio    bob    440 Hz
    Alice Says    heard no* within 0.5 s: *
    ...    Verify Audio    alice    440 Hz    within=500ms
    Alice Says    is not IDLE after 0.5 s: it is ESTABLISHED, its call to * is up (* s old).
    ...    Wait Until State Is    alice    IDLE    timeout=500ms
    Alice Says    could not hold its call: the peer did not answer the re-INVITE within 1 s.
    ...    Hold    alice    timeout=1s
    Alice Gets Away

Killed While On Hold
    Talk
    Hold    alice
    Kill    bob
    Alice Says    could not resume its call: the peer did not answer the re-INVITE within 1 s.
    ...    Resume    alice    timeout=1s
    Alice Gets Away

Killed While It Is Transferred
    Transfer To Carol
    Kill    bob
    Bob Is Dead    Verify Audio    bob    440 Hz
    Alice Gets Away

The Target Of A Transfer Is Killed
    Needs    KEEP_CALL
    Transfer To Carol
    Kill    carol
    Hang Up    bob
    Alice Gets Away

Killed While The Other Side Listens
    Talk
    Send Audio    bob    440 Hz
    Verify Audio    alice    440 Hz
    Signal Soon    bob    SIGKILL
    Alice Says    heard no 620 Hz tone within 1.5 s: *
    ...    Verify Audio    alice    620 Hz    within=1.5s
    Alice Gets Away

Held While Idle
    Pair
    Hold Process    bob
    Bob Is Held    Dial    bob    alice
    Dial    alice    bob
    Bob Says    has no call to accept: nobody called within 0.5 s.    Accept    bob    timeout=500ms
    Alice Says That Bob Is Held    is not ESTABLISHED after 0.5 s: *
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=500ms

Held While Dialling, And Let Go On
    Pair
    Hold Process    bob
    Dial    alice    bob
    Release    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob

Held While It Rings
    Ring    alice    bob
    Hold Process    bob
    Alice Says That Bob Is Held    is not ESTABLISHED after 0.5 s: *
    ...    Wait Until State Is    alice    ESTABLISHED    timeout=500ms
    Release    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Verify Audio Connection    alice    bob

Held During Early Media
    Hear Early Media    bob
    Hold Process    bob
    Bob Is Held    Verify Audio    bob    440 Hz    within=500ms
    Release    bob
    Verify Audio    bob    440 Hz

Held While Established
    Talk
    Hold Process    bob
    Alice Says That Bob Is Held    heard no* within 0.5 s: *
    ...    Verify Audio    alice    440 Hz    within=500ms
    Alice Says That Bob Is Held    could not hold its call: *
    ...    Hold    alice    timeout=500ms
    Bob Is Held    Hang Up    bob
    Alice Gets Away

Held For A While In A Call
    Talk
    Hold Process    bob
    Alice Says That Bob Is Held    heard no* within 0.5 s: *
    ...    Verify Audio    alice    440 Hz    within=500ms
    Release    bob
    Verify Audio Connection    alice    bob

Held While On Hold
    Talk
    Hold    alice
    Hold Process    bob
    Alice Says That Bob Is Held    could not resume its call: *
    ...    Resume    alice    timeout=500ms

Held While It Is Transferred
    Transfer To Carol
    Hold Process    bob
    Bob Is Held    Hang Up    bob
    Alice Gets Away

Held While It Listens
    Talk
    Send Audio    alice    440 Hz
    Verify Audio    bob    440 Hz
    Signal Soon    bob    SIGSTOP
    Bob Says    heard no 620 Hz tone within 1.5 s: *
    ...    Verify Audio    bob    620 Hz    within=1.5s
    Alice Gets Away


*** Keywords ***
Ring
    [Documentation]    Starts alice and bob, and has one ring at the other.
    [Arguments]    ${caller}    ${callee}
    Pair
    Dial    ${caller}    ${callee}
    Wait Until State Is    ${callee}    RINGING

Hear Early Media
    [Documentation]    Has SIPp answer an agent's call with a tone before it accepts.
    [Arguments]    ${name}
    ${tone} =    Write Mu Law Tone    440
    Start Agent    ${name}
    ${peer} =    Start Sipp    early_media    tone=${tone}
    Dial    ${name}    ${peer}[uri]
    Verify Audio    ${name}    440 Hz

Transfer To Carol
    [Documentation]    Has alice transfer bob to carol, whose phone rings.
    Talk
    Start Agent    carol
    Transfer    alice    carol
    Wait Until State Is    carol    RINGING
    Calls Should Become    bob    2

Bob Is Dead
    [Documentation]    A keyword fails because bob is dead.
    [Arguments]    @{keyword}    &{options}
    Run Keyword And Expect Error    bob is dead: its process was ended by SIGKILL.    @{keyword}    &{options}

Bob Is Held
    [Documentation]    A keyword fails because bob stands still: at once, or when nothing has come.
    [Arguments]    @{keyword}    &{options}
    Run Keyword And Expect Error    bob *process*stopped.    @{keyword}    &{options}

Alice Says
    [Documentation]    A keyword of alice fails, and names the death of bob.
    [Arguments]    ${what}    @{keyword}    &{options}
    Run Keyword And Expect Error
    ...    alice ${what} bob is dead: its process was ended by SIGKILL.    @{keyword}    &{options}

Alice Says That Bob Is Held
    [Documentation]    A keyword of alice fails, and says that bob stands still.
    [Arguments]    ${what}    @{keyword}    &{options}
    Run Keyword And Expect Error    alice ${what} The process of bob is stopped.    @{keyword}    &{options}

Bob Says
    [Documentation]    A keyword of bob fails, and says that it stands still.
    [Arguments]    ${what}    @{keyword}    &{options}
    Run Keyword And Expect Error    bob ${what} The process of bob is stopped.    @{keyword}    &{options}

Alice Gets Away
    [Documentation]    Her call can be ended.
    Hang Up    alice
    Wait Until State Is    alice    IDLE
