*** Settings ***
Documentation       The spans of a run, as a collector gets them by OTLP over HTTP.
Resource            ../resources/backend.resource
Library             Collections
Library             OperatingSystem
Library             ../resources/ChildRun.py
Library             Monitoring.py


*** Variables ***
${SUITE}    ${CURDIR}/_suites/monitored.robot
${TRACE}    0af7651916cd43dd8448eb211c80319c


*** Test Cases ***
Suites, Tests, Keywords And Calls Are Spans
    ${url} =    Start Collector
    Set Environment Variable    OTEL_EXPORTER_OTLP_ENDPOINT    ${url}
    Set Environment Variable    TRACEPARENT    00-${TRACE}-b7ad6b7169203331-01
    ${run} =    Run Suite    ${SUITE}    --listener    BaresipLibrary.Spans
    ${spans} =    Get Spans
    The Run Should Be Part Of The Trace    ${spans}
    Tests Should Be Spans    ${spans}
    Calls Should Be Spans    ${spans}
    ${bytes} =    Get Bytes Of Spans
    FOR    ${word}    IN    open-sesame    4711
        Should Not Contain    ${bytes}    ${word}
    END
    [Teardown]    Remove Environment Variable    OTEL_EXPORTER_OTLP_ENDPOINT    TRACEPARENT

A Collector That Is Not There Fails No Test
    [Tags]    once on embedded: what is told of a run comes from events that both backends have
    Set Environment Variable    OTEL_EXPORTER_OTLP_ENDPOINT    http://127.0.0.1:1
    Set Environment Variable    OTEL_EXPORTER_OTLP_TIMEOUT    1
    ${run} =    Run Suite    ${CURDIR}/_suites/parts/one.robot    --listener    BaresipLibrary.Spans
    All Tests Should Have Passed
    Should Match Regexp    ${{$run.console.decode()}}    (?m)^\\[ ERROR \\] (\\d+) of \\1 spans could not be sent: \\w
    [Teardown]    Remove Environment Variable    OTEL_EXPORTER_OTLP_ENDPOINT    OTEL_EXPORTER_OTLP_TIMEOUT


*** Keywords ***
The Run Should Be Part Of The Trace
    [Arguments]    ${spans}
    ${traces} =    Evaluate    {span['trace'] for span in $spans}
    Should Be Equal    ${traces}    ${{{$TRACE}}}
    ${suite} =    Find Span    ${spans}    Monitored
    Should Be Equal    ${suite}[parent]    b7ad6b7169203331
    Should Be Equal    ${suite}[service]    baresip-tests
    Should Be Equal    ${suite}[test.suite.run.status]    failure

Tests Should Be Spans
    [Arguments]    ${spans}
    ${passed} =    Find Span    ${spans}    Established And Refused
    Should Be Equal    ${passed}[parent]    Monitored
    Should Be Equal    ${passed}[test.case.result.status]    pass
    ${failed} =    Find Span    ${spans}    Nobody There
    Should Be Equal    ${failed}[test.case.result.status]    fail
    Should Be True    ${failed}[failed]
    Should Match    ${failed}[message]    alice is not ESTABLISHED*
    ${keyword} =    Find Span    ${spans}    Verify Audio Connection
    Should Be Equal    ${keyword}[parent]    Established And Refused
    Should Be Equal    ${keyword}[code.function.name]    BaresipLibrary.Verify Audio Connection
    Should Be True    'Wait For A Reader' not in [one['name'] for one in $spans]    Robot has not run it.

Calls Should Be Spans
    [Arguments]    ${spans}
    ${calls} =    Evaluate    [span for span in $spans if 'sip.call_id' in span]
    Length Should Be    ${calls}    7
    ${up} =    Evaluate    [span for span in $calls if 'established' in span['events']]
    Length Should Be    ${up}    2
    Should Be Equal    ${up}[0][sip.call_id]    ${up}[1][sip.call_id]
    Should Be Equal    ${up}[0][parent]    Established And Refused
    Should Be Equal As Integers    ${up}[0][sip.response.status_code]    200
    Should Be True    0 < ${up}[0][baresip.call.session_duration] <= ${up}[0][seconds] < 30
    ${parents} =    Evaluate    sorted({span['parent'] for span in $calls})
    Should Be Equal    ${parents}    ${{['Cancelled', 'Established And Refused', 'Nobody There']}}

Find Span
    [Arguments]    ${spans}    ${name}
    ${found} =    Evaluate    [span for span in $spans if span['name'] == '${name}']
    Length Should Be    ${found}    1
    RETURN    ${found}[0]
