{# Grants: who may do what with a relation. #}

{# Whether grants stay when a relation is replaced. (dispatched) #}
{% macro copy_grants() %}
    {{ return(adapter.dispatch('copy_grants', 'dbt')()) }}
{% endmacro %}

{% macro default__copy_grants() %}
    {{ return(true) }}
{% endmacro %}

{# Whether one statement may name several grantees. (dispatched) #}
{% macro support_multiple_grantees_per_dcl_statement() %}
    {{ return(adapter.dispatch('support_multiple_grantees_per_dcl_statement', 'dbt')()) }}
{% endmacro %}

{%- macro default__support_multiple_grantees_per_dcl_statement() -%}
    {{ return(true) }}
{%- endmacro -%}

{# Whether a relation may have grants that are no longer wanted: it was there, and kept what it had. #}
{% macro should_revoke(existing_relation, full_refresh_mode=true) %}
    {% if not existing_relation %}
        {{ return(false) }}
    {% elif full_refresh_mode %}
        {{ return(copy_grants()) }}
    {% endif %}
    {{ return(true) }}
{% endmacro %}

{# The grants of a relation. (dispatched) #}
{% macro get_show_grant_sql(relation) %}
    {{ return(adapter.dispatch('get_show_grant_sql', 'dbt')(relation)) }}
{% endmacro %}

{% macro default__get_show_grant_sql(relation) %}
    show grants on {{ relation.render() }}
{% endmacro %}

{# Lets grantees do something. (dispatched) #}
{% macro get_grant_sql(relation, privilege, grantees) %}
    {{ return(adapter.dispatch('get_grant_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}

{%- macro default__get_grant_sql(relation, privilege, grantees) -%}
    grant {{ privilege }} on {{ relation.render() }} to {{ grantees | join(', ') }}
{%- endmacro -%}

{# Keeps grantees from doing something. (dispatched) #}
{% macro get_revoke_sql(relation, privilege, grantees) %}
    {{ return(adapter.dispatch('get_revoke_sql', 'dbt')(relation, privilege, grantees)) }}
{% endmacro %}

{%- macro default__get_revoke_sql(relation, privilege, grantees) -%}
    revoke {{ privilege }} on {{ relation.render() }} from {{ get_quoted_csv(grantees) }}
{%- endmacro -%}

{# A list of statements, one per privilege, or one per privilege and grantee. (dispatched) #}
{% macro get_dcl_statement_list(relation, grant_config, get_dcl_macro) %}
    {{ return(adapter.dispatch('get_dcl_statement_list', 'dbt')(relation, grant_config, get_dcl_macro)) }}
{% endmacro %}

{%- macro default__get_dcl_statement_list(relation, grant_config, get_dcl_macro) -%}
    {%- set statements = [] -%}
    {%- for privilege, grantees in grant_config.items() if grantees -%}
        {%- if support_multiple_grantees_per_dcl_statement() -%}
            {%- do statements.append(get_dcl_macro(relation, privilege, grantees)) -%}
        {%- else -%}
            {%- for grantee in grantees -%}
                {%- do statements.append(get_dcl_macro(relation, privilege, [grantee])) -%}
            {%- endfor -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(statements) }}
{%- endmacro -%}

{# Runs statements of grants. (dispatched) #}
{% macro call_dcl_statements(dcl_statement_list) %}
    {{ return(adapter.dispatch('call_dcl_statements', 'dbt')(dcl_statement_list)) }}
{% endmacro %}

{% macro default__call_dcl_statements(dcl_statement_list) %}
    {% call statement('grants') %}
        {% for dcl_statement in dcl_statement_list %}
            {{ dcl_statement }};
        {% endfor %}
    {% endcall %}
{% endmacro %}

{# Brings the grants of a relation to what a model is configured with. (dispatched) #}
{% macro apply_grants(relation, grant_config, should_revoke) %}
    {{ return(adapter.dispatch('apply_grants', 'dbt')(relation, grant_config, should_revoke)) }}
{% endmacro %}

{% macro default__apply_grants(relation, grant_config, should_revoke=true) %}
    {% if grant_config %}
        {% set wanted, unwanted = grant_config, {} %}
        {% if should_revoke %}
            {% set present = adapter.standardize_grants_dict(run_query(get_show_grant_sql(relation))) %}
            {% set wanted = diff_of_two_dicts(grant_config, present) %}
            {% set unwanted = diff_of_two_dicts(present, grant_config) %}
        {% endif %}
        {% set revokes = get_dcl_statement_list(relation, unwanted, get_revoke_sql) %}
        {% set grants = get_dcl_statement_list(relation, wanted, get_grant_sql) %}
        {% if revokes or grants %}
            {% do call_dcl_statements(revokes + grants) %}
        {% endif %}
    {% endif %}
{% endmacro %}
