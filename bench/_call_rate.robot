*** Settings ***
Documentation       One rate of `call_rate.py`, through a Kamailio that asks each INVITE for credentials.
Resource            ../atest/servers/servers.resource
Library             BaresipLibrary    timeout=10s
Library             _usage.py
Suite Teardown      Stop Server


*** Test Cases ***
Calls At A Rate
    Evaluate    Servers.PASSWORDS.update({f'{kind}{n}': 'bench' for kind in ('from', 'to') for n in range(1, ${AGENTS} + 1)})    modules=Servers
    Start Registrar
    ${callers} =    Start Agents    caller    ${AGENTS}    username=from{n}    domain=${PBX.domain}    password=bench
    ${callees} =    Start Agents    callee    ${AGENTS}    username=to{n}    domain=${PBX.domain}    password=bench
    FOR    ${agent}    IN    @{callers}    @{callees}
        Register    ${agent}
    END
    Begin Usage
    Run Calls    ${callers}    ${callees}    rate=${RATE}/s    duration=${DURATION}s    talk=${TALK}s
    ...    audio=verify    seed=${1}    save=run.json
    [Teardown]    Save Usage    ${OUTPUT DIR}/usage.json
