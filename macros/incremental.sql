{#-
    Keeping an incremental table equal to a full rebuild. Synthea exports carry no change time and a new
    export may change, add or drop any row, so a high-water mark would miss late and corrected rows. Instead
    the model hands over only rows that are not in the table as they stand, which replace those of the same
    key, and rows whose key has vanished are deleted first: in the same transaction on DuckDB, in one before it
    on Snowflake, where creating a table ends a transaction. Both rest on the key being unique, which the tests
    of each table assert. A changed list of columns needs --full-refresh.
-#}

{#- To end an incremental model's query: leaves out the rows the table already holds unchanged. -#}
{% macro except_unchanged_rows() -%}
    {% if is_incremental() -%}
    except
    select * from {{ this }}
    {%- endif %}
{%- endmacro %}

{#- A pre-hook: deletes the rows whose key the model's input no longer holds. -#}
{% macro delete_vanished_rows(input, key) -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where {{ key }} in (
        select {{ key }} from {{ this }}
        except
        select {{ key }} from {{ input }}
    )
    {%- endif %}
{%- endmacro %}
