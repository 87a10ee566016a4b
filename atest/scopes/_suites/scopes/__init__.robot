*** Settings ***
Documentation       The outer suite's agent is called mother. \${LEVEL} is the import setting.
Resource            ../../../resources/backend.resource
Library             BaresipLibrary    auto_closing=${LEVEL}    backend=${BACKEND}
Suite Setup         Start Agent    mother
