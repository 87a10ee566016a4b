*** Settings ***
Documentation       What the library says where its extra [embedded] is not installed.
Library             ../resources/ChildRun.py
Suite Setup         Run Suite
...                     ${CURDIR}/_suites/not_installed.robot    shim=${CURDIR}/_without_baresip


*** Test Cases ***
Backend That Is Not Installed
    Test Should Have Failed
    ...    The embedded backend needs the wheel baresip-python. Install it with: pip install "robotframework-baresip[embedded]"

Backend That Was Asked For And Is Not Installed
    Test Should Have Failed
    ...    The embedded backend needs the wheel baresip-python. Install it with: pip install "robotframework-baresip[embedded]"
