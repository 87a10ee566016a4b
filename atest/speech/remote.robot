*** Settings ***
Documentation       Speech of agents in another process, over Robot's Remote interface.
Resource            ../resources/backend.resource
Library             ../parallel/Serving.py
Suite Setup         Serve
Suite Teardown      Stop Serving
Test Tags           once on embedded: what travels over Remote is the same on both backends
Test Teardown       Phones.Stop All Agents


*** Test Cases ***
A Conversation On Another Host
    [Documentation]    What a keyword returns is text, a number or a table, and what is not heard is the same sentence.
    Phones.Start Agent    alice
    Phones.Start Agent    machine
    Phones.When Called    machine    accept
    Phones.Dial    alice    machine
    Phones.Wait Until State Is    alice    ESTABLISHED
    Phones.Wait Until State Is    machine    ESTABLISHED
    Phones.Say    alice    How can I reach you?
    Phones.Say    machine    You can speak to the operator    wait=False
    VAR    @{answers}    press one for sales    you can speak
    ${heard} =    Phones.Wait Until Speech    alice    ${answers}    within=30s
    Should Be Equal    ${heard.phrase}    you can speak
    Should Be Equal    ${{$heard.text.lower()}}    you can speak
    Should Be True    0 < ${heard.begin} < ${heard.end} and ${heard.similarity} == 1
    ${matched} =    Phones.Verify Speech    alice    matches=(to) the (op\\w+)
    Should Be Equal    ${matched.groups}    ${{['to', 'operator']}}
    ${text} =    Phones.Get Transcript    alice    contains    operator    timeout=30s
    Should Be True    type($text) is str and $text.endswith('operator.')
    ${time} =    Phones.Get Response Time    alice    <    20s    timeout=30s
    Should Be True    isinstance($time, float) and 0 < $time < 20
    ${times} =    Phones.Get Response Time    alice    of=all
    Should Be True    len($times) == 1 and abs($times[0] - $time) < 0.01    # it is timed better when more is heard
    Run Keyword And Expect Error
    ...    alice did not hear what was expected: expected "press one for sales", heard "*operator." at *
    ...    Phones.Verify Speech    alice    press one for sales


*** Keywords ***
Serve
    ${address} =    Start Serving    backend=${BACKEND}    timeout=5s
    Import Library    Remote    ${address}    AS    Phones
