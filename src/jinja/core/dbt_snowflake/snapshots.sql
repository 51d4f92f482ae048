{# Snowflake's snapshots: the standard merge, in a transaction of its own. #}

{% macro snowflake__snapshot_merge_sql(target, source, insert_cols) %}
    {% do return(snowflake_dml_explicit_transaction(default__snapshot_merge_sql(target, source, insert_cols))) %}
{% endmacro %}
