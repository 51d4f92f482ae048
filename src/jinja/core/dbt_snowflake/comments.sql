{# Snowflake's comments and grants. #}

{% macro snowflake__alter_relation_comment(relation, relation_comment) -%}
    comment on {{ _snowflake_kind(relation) }} {{ relation.render() }} is {{ _snowflake_text(relation_comment) }};
{%- endmacro %}

{# All columns that are there, named as the database has them: in capitals unless quoted. #}
{% macro snowflake__alter_column_comment(relation, column_dict) -%}
    {%- set by_name = {} -%}
    {%- for name, column in column_dict.items() -%}
        {%- do by_name.update({name if column['quote'] else name | upper: column}) -%}
    {%- endfor -%}
    {%- set comments = [] -%}
    {%- for name in adapter.get_columns_in_relation(relation) | map(attribute='name') -%}
        {%- set description = by_name[name]['description'] if name in by_name else '' -%}
        {%- do comments.append(adapter.quote(name) ~ ' comment ' ~ _snowflake_text(description or '')) -%}
    {%- endfor -%}
    alter {{ _snowflake_kind(relation) }} {{ relation.render() }} alter {{ comments | join(', ') }};
{%- endmacro %}

{# Columns are matched by the comments' own rule, so that none is asked for twice. #}
{% macro snowflake__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do run_query(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() and model.columns -%}
        {%- do run_query(alter_column_comment(relation, model.columns)) -%}
    {%- endif -%}
{%- endmacro %}

{# One grantee stands in a statement. #}
{%- macro snowflake__support_multiple_grantees_per_dcl_statement() -%}
    {{ return(false) }}
{%- endmacro -%}

{% macro snowflake__get_show_grant_sql(relation) %}
    show grants on {{ _snowflake_kind(relation) }} {{ relation.render() }}
{% endmacro %}

{%- macro snowflake__get_grant_sql(relation, privilege, grantees) -%}
    grant {{ privilege }} on {{ _snowflake_kind(relation) }} {{ relation.render() }} to role {{ grantees | join(', ') }}
{%- endmacro -%}

{# Roles are named as the database told them. #}
{%- macro snowflake__get_revoke_sql(relation, privilege, grantees) -%}
    revoke {{ privilege }} on {{ _snowflake_kind(relation) }} {{ relation.render() }} from role {{ get_quoted_csv(grantees) }}
{%- endmacro -%}
