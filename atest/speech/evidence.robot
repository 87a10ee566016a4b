*** Settings ***
Documentation       What a log shows of words: in the ladder, in a table, under the recordings, as plain text in
...                 output.xml; and why words were not heard. secrets.robot shows that no secret is among them.
Library             Prompts.py
Library             Written.py
Library             ../evidence/Browser.py
Library             ../resources/ChildRun.py
Library             ../resources/Sounds.py
Resource            ../resources/backend.resource
Resource            BaresipLibrary/calls.resource
Suite Setup         Prepare
Test Tags           once on embedded: the log is written from events that both backends have


*** Variables ***
@{PCMU}         PCMU/8000/1


*** Test Cases ***
The Ladder Has What Was Said And Heard
    Open Log    ${RUN}
    Ladder Should Note    SAID “I would like to speak to an operator”    HEARD “You are currently the only person in this conference.”    test=Wrong Guest

A Table Has Who From To And Text
    [Documentation]    With the failed expectation, and what was heard that is nearest to it.
    Open Log    ${RUN}
    ${text} =    Text Of Test    Wrong Guest
    Should Match Regexp    ${text}    who\\s+from\\s+to\\s+text
    Should Match Regexp
    ...    ${text}
    ...    1\\s+alice said\\s+\\+\\d+\\.\\d\\d s\\s+\\+\\d+\\.\\d\\d s\\s+I would like to speak to an operator
    Should Match Regexp    ${text}    2\\s+alice heard\\s+\\+\\d+\\.\\d\\d s\\s+\\+\\d+\\.\\d\\d s\\s+You are currently the only person in this conference\\.
    Should Match Regexp    ${text}    ✕\\s+\\+\\d+\\.\\d\\d s\\s+Verify Speech +alice +you are currently .*expected "you are currently the last guest in this conference", heard "You are currently the only person in this conference\\." at \\d+\\.\\d s: 78 % of the words

Words Stand Under The Recording
    Open Log    ${RUN}
    Captions Should Show    alice heard    You are currently the only person in this conference.    test=Wrong Guest
    Text Should Be Readable    .baresip-sound .words span    test=Wrong Guest
    Take Screenshot    words    .baresip-sound
    Open Log    ${RUN}    dark
    Text Should Be Readable    .baresip-sound .words span    test=Wrong Guest
    Nothing Should Have Gone Wrong

Words Are Plain Text In The Output
    [Documentation]    So that grep finds them, and rebot keeps them.
    Open Log    ${RUN}
    ${output} =    Get Text Of Messages    Wrong Guest
    Should Contain    ${output}    >I would like to speak to an operator<
    Should Contain    ${output}    >You are currently the only person in this conference.<

A Test Without Words Has No Table
    Open Log    ${RUN}
    ${text} =    Text Of Test    Without Words
    Should Not Contain    ${text}    What was said and heard

Why No Word Was Heard Is Explained
    [Documentation]    Silence, a tone and a hold, after which baresip 1 records nothing.
    ${message} =    Get Message    Music And Silence
    Should Match Regexp    ${message}    (?s)1\\) .*machine sends silence; use Send Audio\\.\\s
    Should Match Regexp    ${message}    (?s)2\\) .*machine sends tone:440.*\\n\\n3\\)
    Should Match Regexp    ${message}    (?s)3\\) .*(machine holds the call|baresip 1\\S+ records nothing of a call after a hold; .*)\\.$


*** Keywords ***
Prepare
    ${run} =    Run Suite    ${CURDIR}/_suites/spoken.robot    --loglevel    TRACE
    VAR    ${RUN}    ${run}    scope=SUITE
