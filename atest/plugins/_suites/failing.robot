*** Settings ***
Documentation       A keyword of a plugin fails.
Resource            ../../resources/backend.resource
Library             BaresipLibrary    backend=${BACKEND}    plugins=${CURDIR}/../OurPhones.py;tone=620 Hz


*** Test Cases ***
Bob Hears Another Tone
    Start Agent    alice
    Start Agent    bob
    Dial    alice    bob
    Accept    bob
    Wait Until State Is    alice    ESTABLISHED
    Greet    alice    bob
    Hear    bob    1 kHz    within=1s
