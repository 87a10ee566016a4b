*** Settings ***
Documentation       What the library says where no baresip is installed.
Library             ../resources/ChildRun.py
Suite Setup         Run Suite
...                     ${CURDIR}/_suites/not_installed.robot    shim=${CURDIR}/_without_baresip


*** Test Cases ***
No Backend At All
    Test Should Have Failed
    ...    No baresip is installed: neither the wheel baresip-python nor a program baresip on PATH. Install the embedded one: pip install "robotframework-baresip[embedded]"; or another one, for instance: apt-get install baresip-core

Backend That Was Asked For And Is Not Installed
    Test Should Have Failed
    ...    The embedded backend needs the wheel baresip-python. Install it with: pip install "robotframework-baresip[embedded]"

Program That Was Asked For And Is Not Installed
    Test Should Have Failed
    ...    There is no program 'baresip'. Install baresip, for instance: apt-get install baresip-core; or name it with executable=; or use the embedded backend: pip install "robotframework-baresip[embedded]"
