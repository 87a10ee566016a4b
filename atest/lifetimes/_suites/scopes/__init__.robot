*** Settings ***
Documentation       The outer suite's agent is called mother. \${LEVEL} is the import setting.
Library             BaresipLibrary    auto_closing=${LEVEL}
Suite Setup         Start Agent    mother
