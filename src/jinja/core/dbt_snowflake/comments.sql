{# Snowflake's comments and grants. #}

{% macro snowflake__alter_relation_comment(relation, relation_comment) -%}
    comment on {{ _snowflake_kind(relation) }} {{ relation.render() }} is {{ _snowflake_text(relation_comment) }};
{%- endmacro %}

{# The comments that differ from what columns have, which are named as the database has them: in capitals unless quoted.
   Nothing when none does. #}
{% macro snowflake__alter_column_comment(relation, column_dict) -%}
    {%- set by_name = {} -%}
    {%- for name, column in column_dict.items() -%}
        {%- do by_name.update({name if column['quote'] else name | upper: column['description']}) -%}
    {%- endfor -%}
    {%- set comments = [] -%}
    {%- for row in run_query('describe table ' ~ relation.render()) -%}
        {%- set description = by_name.get(row['name']) or '' -%}
        {%- if description != (row.get('comment') or '') -%}
            {%- do comments.append(adapter.quote(row['name']) ~ ' comment ' ~ _snowflake_text(description)) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if comments -%}
    alter {{ _snowflake_kind(relation) }} {{ relation.render() }} alter {{ comments | join(', ') }};
    {%- endif -%}
{%- endmacro %}

{# Columns are matched by the comments' own rule, so that none is asked for twice. #}
{% macro snowflake__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do run_query(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() and model.columns -%}
        {%- set comments = alter_column_comment(relation, model.columns) -%}
        {%- if comments | trim -%}
            {%- do run_query(comments) -%}
        {%- endif -%}
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
