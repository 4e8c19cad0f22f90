"""Makes every golden file of this folder again."""
import image_families
import layers
import logistic
import ops
import optimisers
import recurrent
import safetensors_file
import series

for module in (ops, layers, image_families, optimisers, recurrent, logistic, safetensors_file, series):
    module.main()
